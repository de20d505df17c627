import { describe, expect, it } from 'vitest'
import type { ExportEvent } from '../../../../src/shared/contract/exports'
import { exportFormats } from '../../../../src/shared/domain/export-format'
import { exporters } from '../../../../src/main/exporters'
import { countLimits } from '../../../../src/main/exporters/count-limits'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { projectOf } from '../reviews/review-project'
import { niftiVolume } from '../slice-files'
import { addVolume, draw, exported, finish } from './export-project'

async function project() {
  const { session, slices } = await projectOf([200, 100])
  const labels = ['Nerve', 'Vessel'].map(name => session.store.labels.add(name).id)
  finish(session, ...slices)
  const [nerve = 0, vessel = 0] = labels
  const [first = 0, second = 0] = slices
  return { session, nerve, vessel, first, second }
}

const big = { x0: 2, y0: 2, x1: 12, y1: 12 }
const hole = { x0: 5, y0: 5, x1: 6, y1: 6 }
const other = { x0: 10, y0: 4, x1: 14, y1: 9 }

async function limitsOf(session: ProjectSession, format: string, options = {}) {
  const exporter = exporters.find(({ id }) => id === format)
  if (!exporter) throw new Error(`There is no format ${format}`)
  return countLimits(session, exporter, options)
}

describe('what a format cannot hold', () => {
  it('is said before the first file is written, and again in the report', async () => {
    const { session, nerve, first } = await project()
    draw(session, first, { label: nerve, box: big, hole })

    const { events } = await exported(session, 'yolo')

    expect(events[0]).toEqual({
      event: 'limits',
      limits: [
        {
          ...{ kind: 'holes', count: 1, names: ['0.png'] },
          text: '1 mask with holes: polygons cannot hold them, so they are filled. (0.png)',
        },
      ],
    } satisfies ExportEvent)
  })

  it('is about masks with holes for polygons only', async () => {
    const { session, nerve, first } = await project()
    draw(session, first, { label: nerve, box: big, hole })

    expect(await limitsOf(session, 'coco', { shape: 'polygons' })).toMatchObject([{ kind: 'holes' }])
    expect(await limitsOf(session, 'coco', { shape: 'rle' })).toEqual([])
    expect(await limitsOf(session, 'png')).toEqual([])
  })

  it('is about overlaps of labels, or of objects where each has a number', async () => {
    const { session, nerve, vessel, first, second } = await project()
    draw(session, first, { label: nerve, box: big })
    draw(session, first, { label: nerve, box: other })

    expect(await limitsOf(session, 'png')).toEqual([])
    expect(await limitsOf(session, 'png', { values: 'objects' })).toMatchObject([
      { kind: 'overlaps', count: 1, names: ['0.png'] },
    ])

    draw(session, second, { label: nerve, box: big })
    draw(session, second, { label: vessel, box: other })
    expect(await limitsOf(session, 'npy')).toMatchObject([
      { kind: 'label-overlaps', count: 1, names: ['1.png'] },
    ])
  })

  it('is counted anew when a mask has changed', async () => {
    const { session, nerve, vessel, first } = await project()
    draw(session, first, { label: nerve, box: big })
    expect(await limitsOf(session, 'npy')).toEqual([])

    draw(session, first, { label: vessel, box: other })

    expect(await limitsOf(session, 'npy')).toHaveLength(1)
  })

  it('is about pictures where a format holds volumes only', async () => {
    const { session } = await project()
    const planes = addVolume(session, {
      ...{ name: 'a.nii', bytes: niftiVolume([4, 4, 2], () => 0), size: [4, 4, 2] },
    })
    finish(session, ...planes)

    expect(await limitsOf(session, 'nrrd')).toEqual([
      { kind: 'pictures', count: 2, names: ['0.png', '1.png'] },
    ])
  })
})

it('the list of formats is that of the exporters', () => {
  expect(exporters.map(({ id }) => id)).toEqual(exportFormats)
})
