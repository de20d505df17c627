import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { importLabels } from '../../../../src/main/label-imports/import-labels'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { zooFolder } from '../codecs/zoo'
import { smallProject } from '../support/small-project'
import { folderWith } from '../support/folders'
import { addImages, attach, voxelsOf } from './import-labels'

const zoo = (file: string): string => join(zooFolder, file)
const ct = ['01', '02', '03'].map(name => zoo(`dicom-series-ct/${name}.dcm`))

const Manifest = z.object({
  files: z.array(z.object({ path: z.string(), sha256_pixels: z.string().nullish() })),
})
const manifest = Manifest.parse(JSON.parse(readFileSync(join(zooFolder, 'manifest.json'), 'utf8')))

/** Of the stored values, as other programs read them */
const stated = (path: string): string | null =>
  manifest.files.find(entry => entry.path === path)?.sha256_pixels ?? null

const sha256 = (values: Uint8Array | Int16Array | Int32Array): string =>
  createHash('sha256').update(new Uint8Array(values.buffer)).digest('hex')

const numberOf = (label: string): number => Number(/^Label (\d+)$/.exec(label)?.[1] ?? 0)

async function ctProject(): Promise<{ session: ProjectSession; series: number }> {
  const { session } = await smallProject(0)
  await addImages(session, ...ct)
  const [series] = session.store.series.list()
  if (!series) throw new Error('no series')
  return { session, series: series.id }
}

describe('masks of other programs on a DICOM series', () => {
  test('come from a DICOM segmentation, voxel for voxel', async () => {
    const { session, series } = await ctProject()

    const items = await attach(session, [zoo('dicom-series-ct/liver.dcm')])

    expect(items).toMatchObject([
      { file: 'liver.dcm', outcome: 'attached', masks: 3, slices: 3, notes: [], error: null },
    ])
    const voxels = Uint8Array.from(voxelsOf(session, series, label => (label === 'Liver' ? 1 : 0)))
    expect(sha256(voxels)).toBe(stated('dicom-series-ct/liver.dcm'))
    const states = session.store.slices.ofSeries(series).map(({ state, stateBy }) => [state, stateBy])
    expect(states).toEqual([0, 1, 2].map(() => ['done', 'Ada']))
    const origins = session.store.slices
      .ofSeries(series)
      .flatMap(({ id }) => session.store.annotations.ofSlice(id))
    expect(origins.map(({ origin, status }) => [origin, status])).toEqual(
      [0, 1, 2].map(() => ['imported', 'accepted']),
    )
  })

  test.each(['liver_seg', 'heart_seg', 'spine_seg', 'liver_spine_seg'])(
    'come from a label map that lies where the series does: %s',
    async name => {
      const { session, series } = await ctProject()

      const [item] = await attach(session, [zoo(`dicom-series-ct/${name}.nrrd`)])

      expect(item).toMatchObject({ outcome: 'attached', notes: [{ note: 'by-place', count: 1 }] })
      expect(sha256(Int16Array.from(voxelsOf(session, series, numberOf)))).toBe(
        stated(`dicom-series-ct/${name}.nrrd`),
      )
    },
  )

  test('are told to lack their series where it is not in the project', async () => {
    const { session } = await smallProject(1)

    const [item] = await attach(session, [zoo('dicom-series-ct/liver.dcm')])

    expect(item).toMatchObject({ outcome: 'unmatched', error: { code: 'LABELS_NOT_MATCHED' } })
    expect(item?.error?.message).toMatch(/3 of 3 frames were drawn on slices of the series 1\.2\.392\./)
  })

  test('are one step of undo, with their labels', async () => {
    const { session, series } = await ctProject()
    const before = session.store.slices.ofSeries(series).map(({ state }) => state)
    await attach(
      session,
      ['liver.dcm', 'heart_seg.nrrd'].map(name => zoo(`dicom-series-ct/${name}`)),
    )
    expect(session.store.journal.state().undo).toBe('import-labels')

    session.undo()

    expect(session.store.annotations.slicesWithAccepted()).toEqual([])
    expect(session.store.labels.list().map(({ name }) => name)).toEqual(['Nerve'])
    expect(session.store.slices.ofSeries(series).map(({ state }) => state)).toEqual(before)
    expect(session.store.journal.state()).toEqual({ undo: null, redo: 'import-labels' })
  })

  test('are not added twice, and leave what was there', async () => {
    const { session, series } = await ctProject()
    const file = zoo('dicom-series-ct/liver.dcm')
    await attach(session, [file])

    const again = await attach(session, [file])
    const other = await attach(session, [zoo('dicom-series-ct/heart_seg.nrrd')])

    expect(again).toMatchObject([{ outcome: 'known', masks: 0, known: 3, kept: 0 }])
    expect(other).toMatchObject([{ outcome: 'attached', known: 0, kept: other[0]?.slices }])
    const voxels = Uint8Array.from(voxelsOf(session, series, label => (label === 'Liver' ? 1 : 0)))
    expect(sha256(voxels)).toBe(stated('dicom-series-ct/liver.dcm'))
  })

  test('are not attached when the import is given up', async () => {
    const { session } = await ctProject()
    const stop = new AbortController()
    const files = ['liver.dcm', 'heart_seg.nrrd'].map(name => zoo(`dicom-series-ct/${name}`))
    const seen: string[] = []

    for await (const event of importLabels(session, { paths: files, by: 'Ada', signal: stop.signal })) {
      seen.push(event.event)
      if (event.event === 'progress' && event.done === 1) stop.abort()
    }

    expect(seen).toEqual(['progress', 'progress'])
    expect(session.store.annotations.slicesWithAccepted()).toEqual([])
    expect(session.store.labels.list().map(({ name }) => name)).toEqual(['Nerve'])
  })
})

describe('masks on the volume of their name', () => {
  test.each([
    ['nrrd/brain1_image.nrrd', 'nrrd/brain1_label.nrrd', Int32Array],
    ['nrrd/breast1_image.nrrd', 'nrrd/breast1_label.nrrd', Int16Array],
  ] as const)('%s', async (image, label, type) => {
    const { session } = await smallProject(0)
    await addImages(session, zoo(image))
    const [series] = session.store.series.list()

    const [item] = await attach(session, [zoo(label)])

    expect(item).toMatchObject({ outcome: 'attached', error: null })
    expect(sha256(type.from(voxelsOf(session, series?.id ?? 0, numberOf)))).toBe(stated(label))
  })

  test('are refused with both places where they lie elsewhere', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({
      'head.nrrd': nrrdWith({ origin: '(0,0,0)' }),
      'head_seg.nrrd': nrrdWith({ origin: '(0.4,0,0)' }),
    })
    await addImages(session, join(folder, 'head.nrrd'))

    const [item] = await attach(session, [join(folder, 'head_seg.nrrd')])

    expect(item).toMatchObject({ outcome: 'refused', error: { code: 'UNUSABLE_SLICE' } })
    expect(item?.error?.message).toContain(
      '2 x 2 x 2 voxels at [-1 0 0 -0.4; 0 -1 0 0; 0 0 3 0], head has 2 x 2 x 2 voxels at [-1 0 0 0;',
    )
  })

  test('are put in the order of the image where their axes run otherwise', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({
      'head.nrrd': nrrdWith({ origin: '(0,0,0)' }),
      'head_seg.nrrd': nrrdWith({
        ...{ origin: '(1,0,3)', directions: '(0,0,-3) (-1,0,0) (0,1,0)' },
        values: [1, 2, 3, 4, 5, 6, 7, 8],
      }),
    })
    await addImages(session, join(folder, 'head.nrrd'))

    const [item] = await attach(session, [join(folder, 'head_seg.nrrd')])

    expect(item).toMatchObject({ outcome: 'attached', notes: [{ note: 'turned', count: 1 }] })
    // The first axis of the label map leads down from the upper slice, the second back from the second column.
    const [series] = session.store.series.list()
    expect(voxelsOf(session, series?.id ?? 0, numberOf)).toEqual([4, 2, 8, 6, 3, 1, 7, 5])
  })
})

function nrrdWith({
  origin,
  directions = '(1,0,0) (0,1,0) (0,0,3)',
  values = [9, 8, 7, 6, 5, 4, 3, 2],
}: {
  origin: string
  directions?: string
  values?: readonly number[]
}): Buffer {
  const head = [
    ...[
      'NRRD0004',
      'type: uint8',
      'dimension: 3',
      'sizes: 2 2 2',
      'encoding: raw',
      'space: left-posterior-superior',
    ],
    ...[`space directions: ${directions}`, `space origin: ${origin}`, '', ''],
  ]
  return Buffer.concat([Buffer.from(head.join('\n')), Uint8Array.from(values)])
}
