import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { importFiles } from '../../../../src/main/projects/import-files'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import type { ImportEvent } from '../../../../src/shared/contract/imports'
import { zooFolder } from '../codecs/zoo'
import { folderWith, pngWith } from '../support/folders'
import { smallProject } from '../support/small-project'
import { attach, voxelsOf } from './import-labels'

async function drop(session: ProjectSession, folder: string, copy = false): Promise<ImportEvent[]> {
  const events: ImportEvent[] = []
  for await (const event of importFiles(session, { paths: [folder], copy, by: 'Ada' })) events.push(event)
  return events
}

const items = (events: readonly ImportEvent[]): unknown[] =>
  events.flatMap(event =>
    event.event === 'item'
      ? [[event.file.split(/[\\/]/).at(-1), event.outcome, event.error?.code ?? null]]
      : [],
  )

const shapes = (imagePath: string): string =>
  JSON.stringify({
    imagePath,
    shapes: [
      {
        label: 'Cell',
        points: [
          [0, 0],
          [4, 0],
          [4, 4],
          [0, 4],
        ],
      },
    ],
  })

describe('a folder of images with masks of other programs', () => {
  test('brings a DICOM segmentation onto its series, not as an image', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({})
    const zoo = join(zooFolder, 'dicom-series-ct')
    for (const name of ['01.dcm', '02.dcm', '03.dcm', 'liver.dcm'])
      copyFileSync(join(zoo, name), join(folder, name))

    const events = await drop(session, folder)

    expect(items(events).slice(-1)).toEqual([['liver.dcm', 'labels', null]])
    expect(events.at(-1)).toMatchObject({ event: 'report', ready: 1, slices: 3, labels: 1, failed: 0 })
    const [series, ...others] = session.store.series.list()
    expect(others).toEqual([])
    const voxels = voxelsOf(session, series?.id ?? 0, label => (label === 'Liver' ? 1 : 0))
    expect(voxels.filter(value => value === 1).length).toBeGreaterThan(10_000)
  })

  test('has its segmentation attached by UID also where the copies have other UIDs', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({})
    const zoo = join(zooFolder, 'dicom-series-ct')
    for (const name of ['01.dcm', '02.dcm', '03.dcm']) copyFileSync(join(zoo, name), join(folder, name))
    await drop(session, folder, true)

    const [item] = await attach(session, [join(zoo, 'liver.dcm')])

    expect(item).toMatchObject({ outcome: 'attached', masks: 3, notes: [] })
  })

  test('takes COCO and labelme along, and leaves other JSON alone', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({
      'a.png': pngWith(8, 8, [90, 0, 0, 5, 3]),
      'a.json': shapes('a.png'),
      'b.json': shapes('nowhere.png'),
      'settings.json': '{"zoom": 2}',
    })

    const events = await drop(session, folder)

    expect(items(events)).toEqual([
      ['a.png', 'ready', null],
      ['a.json', 'labels', null],
      ['b.json', 'failed', 'LABELS_NOT_MATCHED'],
    ])
    expect(events.filter(({ event }) => event === 'progress')).toHaveLength(3)
    expect(session.store.labels.list().map(({ name }) => name)).toEqual(['Nerve', 'Cell'])
    expect(session.store.journal.state().undo).toBe('import-labels')
  })

  test('lays the label volume of its name on the very voxels of the image', async () => {
    const { session } = await smallProject(0)
    const folder = folderWith({
      'images/head.nrrd': nrrd({ origin: '(0,0,0)', directions: '(1,0,0) (0,1,0) (0,0,3)' }),
      // The same points, from the other end of the last axis.
      'masks/head.nrrd': nrrd({ origin: '(0,0,3)', directions: '(1,0,0) (0,1,0) (0,0,-3)' }),
    })

    await drop(session, folder)

    const [series] = session.store.series.list()
    const voxels = voxelsOf(session, series?.id ?? 0, label => Number(label.slice('Label '.length)))
    expect(voxels).toEqual([5, 6, 7, 8, 1, 2, 3, 4])
  })
})

function nrrd({ origin, directions }: { origin: string; directions: string }): Buffer {
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
  return Buffer.concat([Buffer.from(head.join('\n')), Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])])
}
