import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writeNpy, writePng } from '../../../../src/main/codecs'
import { describeSlice } from '../../../../src/main/projects/describe-slice'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import type { ImportEvent } from '../../../../src/shared/contract/imports'
import { niftiVolume } from '../slice-files'
import { folderWith, pngWith, writeFiles } from '../support/folders'
import { smallProject } from '../support/small-project'

async function importAll(
  session: ProjectSession,
  paths: readonly string[],
  options: { copy?: boolean; roots?: string[]; signal?: AbortSignal } = {},
): Promise<ImportEvent[]> {
  const events: ImportEvent[] = []
  for await (const event of importFiles(session, { paths, copy: false, ...options })) events.push(event)
  return events
}

/** `[file, outcome, slices, notes or code]` of each item */
function items(events: readonly ImportEvent[]): unknown[] {
  return events.flatMap(event =>
    event.event === 'item'
      ? [
          [
            event.file.replaceAll('\\', '/').replace(/^[^/]*数据[^/]*\//, ''),
            event.outcome,
            event.slices,
            event.error?.code ?? event.notes,
          ],
        ]
      : [],
  )
}

const rgb = writePng(tensor('uint8', [2, 2, 3], new Uint8Array(12).fill(7)))

describe('an import', () => {
  it('reports each file, and one bad file stops no other', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({
      'a/colour.png': rgb,
      'a/.hidden.png': pngWith(4, 4),
      'a/notes.txt': 'nothing',
      'broken.png': pngWith(9, 9).subarray(0, 50),
      'grey.npy': writeNpy(tensor('int16', [2, 3], Int16Array.of(-5, 0, 1, 2, 3, 900))),
      'holiday.webp': 'RIFF....WEBP',
      'nan.npy': writeNpy(tensor('float32', [1, 2], Float32Array.of(NaN, 1))),
      'scan.dcm': 'no DICOM',
    })

    const events = await importAll(session, [folder])

    expect(items(events)).toEqual([
      ['a/colour.png', 'ready', 1, ['no-spacing', 'colour', 'own-group']],
      ['broken.png', 'failed', 0, 'CORRUPT_FILE'],
      ['grey.npy', 'ready', 1, ['no-spacing', 'own-group']],
      ['holiday.webp', 'not-supported', 0, 'UNKNOWN_FORMAT'],
      ['nan.npy', 'failed', 0, 'UNUSABLE_SLICE'],
      ['scan.dcm', 'failed', 0, 'CORRUPT_FILE'],
    ])
    expect(events.at(-1)).toEqual({
      ...{ event: 'report', ready: 2, slices: 2, known: 0, notSupported: 1, failed: 3, labels: 0 },
      cleanedTags: 0,
    })
    expect(events.filter(({ event }) => event === 'progress')).toHaveLength(6)
  })

  it('takes masks of a data set as accepted annotations, label by label', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({
      'train/images/one.png': pngWith(6, 4, [90, 0, 0, 5, 3]),
      'train/masks/one_mask.png': pngWith(6, 4, [1, 0, 0, 1, 1], [2, 4, 2, 5, 3]),
      'train/images/plain.png': pngWith(6, 4),
      'train/masks/lost.png': pngWith(6, 4),
      'val/images/two.png': pngWith(6, 4, [91, 0, 0, 5, 3]),
      'val/masks/two.png': pngWith(6, 4, [255, 2, 2, 3, 3]),
      'spacing.csv': 'filename,pixel_size_mm\none.png,0.5\ntwo.png,0.25\n',
    })

    const events = await importAll(session, [folder])

    expect(items(events)).toEqual([
      ['train/images/one.png', 'ready', 1, ['own-group', 'labels-found']],
      ['train/masks/one_mask.png', 'labels', 1, []],
      ['train/images/plain.png', 'ready', 1, ['no-spacing', 'own-group']],
      ['train/masks/lost.png', 'failed', 0, 'UNUSABLE_SLICE'],
      ['val/images/two.png', 'ready', 1, ['own-group', 'labels-found']],
      ['val/masks/two.png', 'labels', 1, []],
    ])
    expect(session.store.labels.list().map(({ name }) => name)).toEqual(['Nerve', 'Label 1', 'Label 2'])
    const slices = session.store.slices.summaries()
    expect(slices.map(({ name, state, objects }) => [name, state, objects])).toEqual([
      ['one', 'done', 2],
      ['plain', 'to-do', 0],
      ['two', 'done', 1],
    ])
    const [first] = session.store.annotations.ofSlice(slices[0]?.id ?? 0)
    expect(first).toMatchObject({
      ...{ runs: [0, 2, 4, 2, 16], status: 'accepted', origin: 'imported', areaPx: 4 },
      box: { x0: 0, y0: 0, x1: 1, y1: 1 },
    })
    expect(session.store.slices.get(slices[0]?.id ?? 0)?.spacingMm).toEqual({ x: 0.5, y: 0.5 })
  })

  it('knows a file again by its path and by its bytes', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({ 'one.png': rgb })
    const copy = folderWith({ 'other name.png': rgb })
    await importAll(session, [folder])

    expect(items(await importAll(session, [join(folder, 'one.png'), copy]))).toEqual([
      ['one.png', 'known', 0, []],
      ['other name.png', 'known', 0, []],
    ])
    expect(session.store.series.list()).toHaveLength(1)
  })

  it('copies files into the project under names of their own', async () => {
    const { session, folder } = await smallProject(0)
    const source = folderWith({ 'a/slice.png': pngWith(3, 3), 'b/slice.png': pngWith(4, 4) })

    await importAll(session, [source], { copy: true })

    expect(session.store.series.list().map(({ path, isCopied }) => [path, isCopied])).toEqual([
      ['images/slice.png', true],
      ['images/slice-2.png', true],
    ])
    expect(existsSync(join(folder, 'images/slice-2.png'))).toBe(true)
  })

  it('stops between two files when it is cancelled, and keeps what it has', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({ '1.png': pngWith(3, 3), '2.png': pngWith(4, 4), '3.png': pngWith(5, 5) })
    const stop = new AbortController()
    const outcomes: string[] = []

    for await (const event of importFiles(session, { paths: [folder], copy: false, signal: stop.signal })) {
      if (event.event === 'item') outcomes.push(event.file)
      if (outcomes.length === 2) stop.abort()
    }

    expect(outcomes).toHaveLength(2)
    expect(session.store.slices.summaries()).toHaveLength(2)
  })

  it('follows no link in a circle, and none out of the roots of its door', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({ 'inside/one.png': pngWith(3, 3) })
    const outside = folderWith({ 'two.png': pngWith(4, 4) })
    symlinkSync(join(folder, 'inside'), join(folder, 'inside/again'))
    symlinkSync(outside, join(folder, 'out'))

    expect(items(await importAll(session, [folder], { roots: [folder] }))).toHaveLength(1)
    expect(items(await importAll(session, [folder]))).toHaveLength(2)
  })

  it('looks once through folders that links join in every way', { timeout: 10_000 }, async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({ 'd0/x.png': pngWith(3, 3, [9, 0, 0, 1, 1]) })
    const names = Array.from({ length: 9 }, (_, number) => `d${number}`)
    for (const name of names) mkdirSync(join(folder, name), { recursive: true })
    for (const from of names)
      for (const to of names) if (from !== to) symlinkSync(join('..', to), join(folder, from, `to-${to}`))

    const events = await importAll(session, [folder])

    expect(events.at(-1)).toMatchObject({ ready: 1, known: 0, failed: 0 })
  })

  it('keeps the files of two imports at once apart, and adds none of them twice', async () => {
    const { session } = await smallProject(0)
    const names = Array.from({ length: 12 }, (_, number) => `${number}.png`)
    const folders = [1, 2].map(part =>
      folderWith(
        Object.fromEntries(names.map((name, at) => [name, pngWith(5, 5, [100 * part + at, 0, 0, 1, 1])])),
      ),
    )
    const [first = '', second = ''] = folders

    await Promise.all([
      importAll(session, [first], { copy: true }),
      importAll(session, [second, join(first, '0.png')], { copy: true }),
    ])

    const series = session.store.series.list()
    expect(series).toHaveLength(24)
    for (const { path, sha256 } of series) {
      expect(
        createHash('sha256')
          .update(readFileSync(session.pathOf(path)))
          .digest('hex'),
      ).toBe(sha256)
    }
  })

  it('copies a file whose name is as long as a name can be', async () => {
    const { session } = await smallProject(0)
    const name = `${'图'.repeat(83)}.png`
    const folder = folderWith({ [name]: pngWith(3, 3, [9, 0, 0, 1, 1]) })

    const events = await importAll(session, [folder], { copy: true })

    expect(events.at(-1)).toMatchObject({ ready: 1, failed: 0 })
    expect(session.store.series.list()[0]).toMatchObject({ name: '图'.repeat(83) })
  })

  it('says which file is not there', async () => {
    const { session } = await smallProject(0)

    expect(items(await importAll(session, [join(folderWith({}), 'gone.png')]))).toEqual([
      ['gone.png', 'failed', 0, 'FILE_NOT_FOUND'],
    ])
  })

  it('leaves nothing of a file whose mask does not fit', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({})
    mkdirSync(join(folder, 'images'))
    mkdirSync(join(folder, 'masks'))
    writeFiles(folder, { 'images/one.png': pngWith(4, 4) })
    writeFileSync(join(folder, 'masks/one.png'), pngWith(5, 4, [1, 0, 0, 1, 1]))

    expect(items(await importAll(session, [folder], { copy: true }))).toEqual([
      ['images/one.png', 'failed', 0, 'UNUSABLE_SLICE'],
    ])
    expect(session.store.series.list()).toEqual([])
    expect(existsSync(join(session.folder, 'images'))).toBe(false)
  })

  it('cuts a volume into the planes along its third axis, with its labels, spacing and directions', async () => {
    const { session } = await smallProject(0)
    const isLabel = (x: number, z: number): boolean => z === 2 && x < 2
    const folder = folderWith({
      'images/case.nii': niftiVolume([4, 3, 5], (x, y, z) => x + 4 * y + 12 * z, { spacing: [0.5, 0.75, 3] }),
      'masks/case.nii': niftiVolume([4, 3, 5], (x, _, z) => (isLabel(x, z) ? 7 : 0)),
      'nan.nii': niftiVolume([2, 2, 2], (_x, _y, z) => (z === 0 ? NaN : 1), { type: 'float32' }),
    })
    cpSync(
      join(import.meta.dirname, '../../../fixtures/slices/standard.nii.gz'),
      join(folder, 'standard.nii.gz'),
    )

    const events = await importAll(session, [folder])

    expect(items(events)).toEqual([
      ['images/case.nii', 'ready', 5, ['unknown-orientation', 'labels-found']],
      ['masks/case.nii', 'labels', 5, []],
      ['nan.nii', 'ready', 1, ['unknown-orientation']],
      ['standard.nii.gz', 'ready', 7, []],
    ])
    const slices = session.store.slices.summaries()
    expect(slices.slice(0, 6).map(({ name, plane, state }) => [name, plane, state])).toEqual([
      ['case-000', 0, 'to-do'],
      ['case-001', 1, 'to-do'],
      ['case-002', 2, 'done'],
      ['case-003', 3, 'to-do'],
      ['case-004', 4, 'to-do'],
      ['nan-001', 1, 'to-do'],
    ])
    expect(await describeSlice(session, slices[2]?.id ?? 0)).toMatchObject({
      ...{ width: 4, height: 3, range: [24, 35], spacingMm: { x: 0.5, y: 0.75 }, edges: null, isCt: false },
      annotations: [{ runs: [0, 2, 2, 2, 2, 2, 2], areaPx: 6 }],
    })
    expect((await describeSlice(session, slices[6]?.id ?? 0)).edges).toEqual({
      ...{ top: 'A', right: 'L', bottom: 'P', left: 'R' }, // RAS in its file, shown in radiological view
    })
    expect(session.store.labels.list().map(({ name }) => name)).toEqual(['Nerve', 'Label 7'])
  })

  it('shows no masks on a file that was replaced by one of another size', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({ 'one.png': pngWith(4, 4) })
    await importAll(session, [folder])
    const slice = session.store.slices.summaries()[0]?.id ?? 0
    expect((await describeSlice(session, slice)).width).toBe(4)

    writeFileSync(join(folder, 'one.png'), pngWith(5, 4))

    await expect(describeSlice(session, slice)).rejects.toMatchObject({ code: 'UNUSABLE_SLICE' })
  })
})
