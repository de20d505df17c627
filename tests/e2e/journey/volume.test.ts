import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { decodeBytes, readNiftiHeader } from '../../../src/main/codecs'
import type { ExportReport } from '../../../src/shared/contract/exports'
import { decodeRuns } from '../../../src/shared/masks/rle'
import { connectApp } from '../app-client'
import type { AppClient } from '../app-client'
import { startAppServer } from '../app-server'
import { complaintsOf, withBrowser } from '../browser'
import { checkAccessible } from './look'

const home = mkdtempSync(join(tmpdir(), 'slicetune-volume-'))
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))

const soon = { timeout: 60_000 }
const ct = join(import.meta.dirname, '../../fixtures/zoo/nifti/example_ct_sm.nii.gz')

test('a CT is annotated on two of its planes, into the same voxels', { timeout: 300_000 }, async () => {
  const server = await startAppServer({ home })
  const client = await connectApp(server)
  const { api } = client
  try {
    const { id: project } = await api.projects.create({ name: 'Trunk', folder: null })
    for await (const event of await api.imports.add({ project, paths: [ct], copy: true }))
      if (event.event === 'report') expect(event).toMatchObject({ ready: 1, slices: 30, failed: 0 })
    await api.labels.add({ project, name: 'Organ' })
    const annotated = async (): Promise<number> =>
      (await api.slices.list({ project })).filter(({ objects }) => objects > 0).length

    await withBrowser({ size: { width: 1440, height: 900 }, locale: 'en-GB' }, async context => {
      const page = await context.newPage()
      const complaints = complaintsOf(page)
      await page.goto(server.address())
      await page.getByRole('button', { name: /^Trunk/ }).click()
      const stage = page.locator('[data-landmark=stage]')
      await expect.poll(() => edgesOf(page), soon).toBe('APRL')

      const lung = page.getByRole('toolbar').getByText('W 1,500 · L -600')
      await page.getByRole('button', { name: /CT presets/ }).click()
      await page.locator('[role^=menuitem]', { hasText: 'Lung' }).click()
      await lung.waitFor(soon)
      await stage.focus()
      for (let step = 0; step < 15; step++) await page.keyboard.press('PageDown')
      await lung.waitFor(soon) // the window of the whole volume

      await drawBox(page)
      await expect.poll(annotated, soon).toBe(1)

      await page.getByRole('radio', { name: 'Coronal' }).click()
      await expect.poll(() => edgesOf(page), soon).toBe('SIRL')
      await page.getByRole('button', { name: 'Three planes' }).click()
      await page.getByRole('group', { name: /^Axial 16\/30/ }).waitFor(soon)
      await page.getByRole('group', { name: /^Sagittal 62\/122/ }).waitFor(soon)
      await drawBox(page)
      await expect.poll(annotated, soon).toBeGreaterThan(2)
      const both = await annotated()
      await checkAccessible(page, 'three planes')

      await stage.focus()
      await page.keyboard.press('Control+z')
      await expect.poll(annotated, soon).toBe(1)
      await page.keyboard.press('Control+Shift+z')
      await expect.poll(annotated, soon).toBe(both)

      await page.keyboard.press('Shift+P')
      await page.getByRole('slider', { name: /Stop below/ }).waitFor(soon)
      await page
        .getByRole('button', { name: /^Propagate/ })
        .last()
        .click()
      const acceptAll = page.getByRole('button', { name: 'Accept all' })
      await acceptAll.waitFor({ timeout: 120_000 })
      await page.getByRole('button', { name: 'Stop', exact: true }).click()
      await acceptAll.click()
      await expect.poll(() => acceptAll.count(), soon).toBe(0)
      expect(await annotated()).toBeGreaterThanOrEqual(both)
      expect(complaints.filter(complaint => !complaint.endsWith('ERR_ABORTED'))).toEqual([])
    })
    await checkExports(client, project)
  } finally {
    client.close()
    expect(await server.stop(), server.output()).toBe(0)
  }
})

/** Labels lie on the very grid of their source; a segmentation of DICOM images there is none, and that is said. */
async function checkExports({ api }: AppClient, project: string): Promise<void> {
  const exported = async (format: string): Promise<ExportReport> => {
    const options = { slices: 'accepted' }
    for await (const event of await api.exports.run({ project, format, options, folder: null }))
      if (event.event === 'report') return event
    throw new Error('An export ends with a report')
  }
  const nifti = await exported('nifti')
  const labels = readFileSync(join(nifti.folder, nifti.files[0]?.file ?? ''))
  const [own, source] = [labels, readFileSync(ct)].map(bytes => readNiftiHeader(bytes, 'volume'))
  expect(own).toMatchObject({ affine: source?.affine, storedShape: source?.storedShape })
  const { pixels } = await decodeBytes(labels, 'labels.nii.gz', 'labels')
  const drawn = await areaOf(api, project)
  expect(Array.from(pixels.data, Number).filter(value => value === 1)).toHaveLength(drawn)

  const seg = await exported('dicom-seg')
  expect(seg.files.map(({ file }) => file)).toEqual(['report.json'])
  expect(seg.skipped).toMatchObject([{ code: 'UNUSABLE_SLICE' }])
  expect(seg.skipped[0]?.message).toContain('no DICOM')
}

/** Voxels that the accepted objects have; those of a label may overlap. */
async function areaOf(api: AppClient['api'], project: string): Promise<number> {
  let area = 0
  for (const { id: slice, objects } of await api.slices.list({ project })) {
    if (objects === 0) continue
    const { annotations, width, height } = await api.slices.get({ project, slice })
    const mask = new Uint8Array(width * height)
    for (const { runs, status } of annotations)
      if (status === 'accepted')
        decodeRuns(runs, mask.length).forEach((set, at) => set === 1 && (mask[at] = 1))
    area += mask.reduce((sum, value) => sum + value, 0)
  }
  return area
}

/** Letters around the plane that is worked on: top, bottom, left, right. */
async function edgesOf(page: Page): Promise<string> {
  return (await page.locator('[data-landmark=stage] .edge').allInnerTexts()).join('')
}

/** Over the middle of the plane; accepted when its mask is there. */
async function drawBox(page: Page): Promise<void> {
  const box = await page.locator('[data-landmark=stage]').boundingBox()
  expect(box).not.toBeNull()
  const { x, y, width, height } = box ?? { x: 0, y: 0, width: 0, height: 0 }
  const [left, top] = [x + width * 0.4, y + height * 0.32]
  await page.keyboard.press('b')
  await page.mouse.move(left, top)
  await page.mouse.down()
  await page.mouse.move(left + width * 0.1, top + height * 0.1)
  await page.mouse.move(left + width * 0.2, top + height * 0.2)
  await page.mouse.up()
  await page.getByRole('button', { name: /^Accept/ }).waitFor(soon)
  await page
    .getByText(/^[\d.,]+ mm²$/)
    .first()
    .waitFor(soon)
  await page.keyboard.press('Enter')
}
