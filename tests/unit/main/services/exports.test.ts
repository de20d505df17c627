import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { describe, expect, it } from 'vitest'
import { openAppState } from '../../../../src/main/files/app-state'
import { exportsService } from '../../../../src/main/services/exports'
import type { ServiceContext } from '../../../../src/main/services/service-context'
import type { ExportEvent } from '../../../../src/shared/contract/exports'
import { draw, filesIn, finish } from '../exporters/export-project'
import { projectOf } from '../reviews/review-project'
import { folderWith } from '../support/folders'

async function service() {
  const project = await projectOf([200, 100])
  const { session, projects, slices } = project
  const [done = 0] = slices
  draw(session, done, { label: session.store.labels.add('Nerve').id, box: { x0: 4, y0: 4, x1: 9, y1: 7 } })
  finish(session, done)
  const root = folderWith({})
  const parts = { projects, version: '1.2.3', root, app: await openAppState(folderWith({})) }
  // Boundary: of the context exports use only these parts.
  const context = parts as unknown as ServiceContext
  return { ...project, root, api: createRouterClient(exportsService, { context }) }
}

async function all(events: AsyncIterable<ExportEvent>): Promise<ExportEvent[]> {
  const list: ExportEvent[] = []
  for await (const event of events) list.push(event)
  return list
}

describe('the exports of a project', () => {
  it('offers every format with the schema of its options', async () => {
    const { api } = await service()

    const formats = await api.formats()

    expect(formats.map(({ id }) => id)).toEqual([
      'coco',
      'yolo',
      'labelme',
      'nifti',
      'nrrd',
      'dicom-seg',
      'nnunet',
      'png',
      'npy',
      'csv',
    ])
    expect(formats[0]?.options).toMatchObject({
      properties: {
        slices: { enum: ['done', 'accepted'], default: 'done' },
        split: { type: 'boolean', default: true },
        shape: { enum: ['rle', 'polygons', 'both'], default: 'rle' },
        images: { type: 'boolean', default: true },
      },
    })
  })

  it('counts what would be written before anything is', async () => {
    const { api, session } = await service()

    const preview = await api.preview({ project: session.id, format: 'coco', options: {} })

    expect(preview).toEqual({ slices: 1, objects: 1, labels: 1, leftOut: 1 })
    expect(filesIn(join(session.folder, 'exports'))).toEqual([])
  })

  it('writes into the project where no folder is given, else where it says', async () => {
    const { api, session, root } = await service()
    const call = { project: session.id, format: 'csv', options: {} }

    const inside = await all(await api.run({ ...call, folder: null }))
    const outside = await all(await api.run({ ...call, folder: join(root, 'out') }))

    expect(inside.at(-1)).toMatchObject({
      folder: join(session.folder, 'exports', 'review-csv'),
      id: 'review-csv',
    })
    expect(outside.at(-1)).toMatchObject({ folder: join(root, 'out'), id: null })
    expect(filesIn(join(root, 'out'))).toEqual(['measurements.csv', 'report.json'])
  })

  it('writes nowhere outside the root of the door', async () => {
    const { api, session, root } = await service()
    const elsewhere = folderWith({})
    const call = { project: session.id, format: 'csv', options: {} }

    for (const folder of [join(elsewhere, 'out'), join(root, '..', 'out'), 'relative']) {
      const run = async () => all(await api.run({ ...call, folder }))
      await expect(run()).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' })
    }
    expect(filesIn(elsewhere)).toEqual([])
  })

  it('refuses formats and options that there are not, in words', async () => {
    const { api, session } = await service()
    const call = { project: session.id, folder: null }

    await expect(api.preview({ project: session.id, format: 'docx', options: {} })).rejects.toMatchObject({
      code: 'USAGE',
      message: expect.stringContaining('coco, yolo') as string,
    })
    const run = async () => all(await api.run({ ...call, format: 'csv', options: { colour: 'red' } }))
    await expect(run()).rejects.toMatchObject({ code: 'USAGE' })
  })
})
