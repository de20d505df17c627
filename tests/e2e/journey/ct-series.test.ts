import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unzipSync } from 'fflate'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { decodeBytes } from '../../../src/main/codecs'
import { decodeRuns } from '../../../src/shared/masks/rle'
import { readLabels } from '../../unit/main/label-sources/read-labels'
import { connectApp } from '../app-client'
import type { AppClient } from '../app-client'
import { startAppServer } from '../app-server'
import { complaintsOf, withBrowser } from '../browser'
import { ExportPage } from '../pages/export.page'
import { ImportPage } from '../pages/import.page'
import { StartPage } from '../pages/start.page'
import { Stage } from './stage'

const soon = { timeout: 60_000 }
const [width, height, planes] = [512, 512, 3]
const series = join(import.meta.dirname, '../../fixtures/zoo/dicom-series-ct')

let home = ''
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'slicetune-ct-'))
  mkdirSync(join(home, 'scans', 'trunk'), { recursive: true })
  for (const name of ['01.dcm', '02.dcm', '03.dcm'])
    copyFileSync(join(series, name), join(home, 'scans', 'trunk', name))
})
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))

test(
  'a CT series from DICOM to NIfTI and DICOM SEG, right to the last voxel',
  { timeout: 300_000 },
  async () => {
    const server = await startAppServer({ home: join(home, 'user'), root: join(home, 'scans') })
    const client = await connectApp(server)
    try {
      await withBrowser({ size: { width: 1440, height: 900 }, locale: 'en-GB' }, async context => {
        const page = await context.newPage()
        const complaints = complaintsOf(page)
        await page.goto(server.address())
        await importFolder(page)
        const stage = page.locator('[data-landmark=stage]')
        await expect.poll(() => edgesOf(page), soon).toBe('APRL')
        const [project] = await client.api.projects.recent()
        const { id } = await client.api.projects.open({ folder: project?.folder ?? '' })
        const annotated = async (): Promise<number> =>
          (await client.api.slices.list({ project: id })).filter(({ objects }) => objects > 0).length
        await client.api.labels.add({ project: id, name: 'Organ' })

        await page.getByRole('button', { name: /CT presets/ }).click()
        await page.locator('[role^=menuitem]', { hasText: 'Bone' }).click()
        await page.getByRole('toolbar').getByText('W 2,500 · L 480').waitFor(soon)

        await drawBox(page, [180, 190], [300, 290])
        await expect.poll(annotated, soon).toBe(1)

        await stage.focus()
        await page.keyboard.press('Shift+P')
        await page.getByRole('slider', { name: /Stop below/ }).waitFor(soon)
        await page.getByRole('button', { name: /^Propagate/ }).last().click() // prettier-ignore
        const acceptAll = page.getByRole('button', { name: 'Accept all' })
        await acceptAll.waitFor({ timeout: 120_000 })
        await acceptAll.click()
        await expect.poll(annotated, soon).toBe(planes)
        const propagated = areaOf(await masksOf(client, id))

        await page.getByRole('radio', { name: 'Coronal' }).click()
        await expect.poll(() => edgesOf(page), soon).toBe('SIRL')
        await brushAcross(page)
        const area = async (): Promise<number> => areaOf(await masksOf(client, id))
        await expect.poll(area, soon).toBeGreaterThan(propagated)

        const masks = await masksOf(client, id)
        const nifti = await exportOf(page, 'NIfTI')
        const seg = await exportOf(page, 'DICOM SEG')
        await checkNifti(nifti, masks)
        await checkSegmentation(seg, masks)
        expect(complaints.filter(complaint => !complaint.endsWith('ERR_ABORTED'))).toEqual([])
      })
    } finally {
      client.close()
      expect(await server.stop(), server.output()).toBe(0)
    }
  },
)

async function importFolder(page: Page): Promise<void> {
  await new StartPage(page).folder.click()
  const importing = new ImportPage(page)
  await importing.chooseFolder('trunk')
  await importing.read.click()
  await importing.startAnnotating.click(soon)
}

/** Letters around the plane that is worked on: top, bottom, left, right. */
async function edgesOf(page: Page): Promise<string> {
  return (await page.locator('[data-landmark=stage] .edge').allInnerTexts()).join('')
}

type Corner = readonly [x: number, y: number]

/** In pixels of the plane; accepted when its mask is there. */
async function drawBox(page: Page, [x0, y0]: Corner, [x1, y1]: Corner): Promise<void> {
  const stage = new Stage(page)
  const at = await stage.calibrate()
  await page.keyboard.press('b')
  await stage.drag([at(x0, y0), at((x0 + x1) / 2, (y0 + y1) / 2), at(x1, y1)])
  await page.getByRole('button', { name: /^Accept/ }).waitFor(soon)
  await page.getByText(/^[\d.,]+ mm²$/).first().waitFor(soon) // prettier-ignore
  await page.keyboard.press('Enter')
}

/** A stroke along a plane of three rows, from left to right. */
async function brushAcross(page: Page): Promise<void> {
  const area = await page.locator('[data-landmark=stage]').boundingBox()
  if (area === null) throw new Error('There is no stage')
  const x = area.x + area.width / 2
  const y = await rowUnder(page, x, area.y)
  await page.keyboard.press('r')
  await new Stage(page).drag([
    [x - 60, y],
    [x, y],
    [x + 60, y],
  ])
  await page.keyboard.press('Enter')
}

/** A place of the window that lies on the plane, which is a few pixels high: there the corner of the stage says where one is. */
async function rowUnder(page: Page, x: number, top: number): Promise<number> {
  const place = page.locator('[data-landmark=stage]').getByText(/x \d+ y [012] /)
  // Again from above where the plane was still loading.
  for (let step = 0; step < 800; step++) {
    const y = top + 100 + 3 * (step % 200)
    await page.mouse.move(x, y)
    await page.waitForTimeout(60)
    if ((await place.count()) > 0) return y
  }
  throw new Error('The plane is nowhere on the stage')
}

/** What was accepted on each plane, as bytes of 0 and 1; axial planes of this series are shown as they are stored. */
async function masksOf({ api }: AppClient, project: string): Promise<Uint8Array[]> {
  const slices = await api.slices.list({ project })
  const masks = []
  for (const { id: slice } of slices) {
    const { annotations } = await api.slices.get({ project, slice })
    const mask = new Uint8Array(width * height)
    for (const { runs, status } of annotations) {
      if (status !== 'accepted') continue
      decodeRuns(runs, mask.length).forEach((value, at) => value === 1 && (mask[at] = 1))
    }
    masks.push(mask)
  }
  return masks
}

const areaOf = (masks: readonly Uint8Array[]): number =>
  masks.reduce((sum, mask) => sum + mask.reduce((own, value) => own + value, 0), 0)

/** @returns the only file of the export but its report */
async function exportOf(page: Page, format: 'NIfTI' | 'DICOM SEG'): Promise<Uint8Array> {
  const exporting = new ExportPage(page)
  await exporting.open()
  await exporting.choose(format)
  await exporting.set('Slices', 'In progress too')
  await exporting.run()
  const path = await (await exporting.download()).path()
  await exporting.close()
  const files = Object.entries(unzipSync(readFileSync(path))).filter(
    ([name]) => !name.endsWith('report.json'),
  )
  expect(files.map(([name]) => name)).toHaveLength(1)
  return files[0]?.[1] ?? new Uint8Array()
}

async function checkNifti(bytes: Uint8Array, masks: readonly Uint8Array[]): Promise<void> {
  const { pixels, affine, directions } = await decodeBytes(bytes, 'labels.nii.gz', 'labels')
  expect(pixels.shape).toEqual([planes, height, width])
  expect(directions).toEqual(['L', 'P', 'S'])
  expect(affine?.map(row => row.slice(0, 3).map(value => Number(value.toFixed(4))))).toEqual([
    [-0.8105, 0, 0],
    [0, -0.8105, 0],
    [0, 0, 1],
    [0, 0, 0],
  ])
  masks.forEach((mask, plane) => {
    const own = Uint8Array.from(pixels.data.subarray(plane * mask.length, (plane + 1) * mask.length), Number)
    expect(mask.includes(1)).toBe(true)
    expect(Buffer.compare(own, mask)).toBe(0)
  })
}

async function checkSegmentation(bytes: Uint8Array, masks: readonly Uint8Array[]): Promise<void> {
  const { frames, segments } = await readLabels(bytes, 'seg.dcm', 'frames')
  expect([...segments.values()].map(({ name }) => name)).toEqual(['Organ'])
  expect(frames).toHaveLength(planes)
  masks.forEach((mask, plane) => {
    expect(Buffer.compare(Uint8Array.from(frames[plane]?.values() ?? []), mask)).toBe(0)
    const [z = 0] = frames[plane]?.place?.origin.slice(2) ?? []
    expect(z - (frames[0]?.place?.origin[2] ?? NaN)).toBeCloseTo(plane, 6)
  })
}
