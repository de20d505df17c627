import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, it as property } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import type { AnnotationDraft } from '../../../../src/shared/domain/annotation'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { measured } from '../../../../src/main/projects/edit-slice'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { readLabels } from '../label-sources/read-labels'
import { projectOf } from '../reviews/review-project'
import { draw, exported, finish, readJson } from './export-project'

const [width, height] = [24, 16]
const box = { x0: 4, y0: 4, x1: 9, y1: 7 }
const hole = { x0: 6, y0: 5, x1: 7, y1: 6 }

const File = z.looseObject({
  imagePath: z.string(),
  shapes: z.array(z.looseObject({ group_id: z.int().nullable(), shape_type: z.string() })),
})

async function drawn(masks: readonly Uint8Array[]) {
  const { session, slices } = await projectOf([200])
  const [slice = 0] = slices
  const label = session.store.labels.add('Nerve, left').id
  for (const mask of masks) put(session, slice, label, mask)
  finish(session, slice)
  return session
}

function put(session: ProjectSession, slice: number, labelId: number, mask: Uint8Array): void {
  const draft: AnnotationDraft = {
    ...{ id: null, labelId, runs: encodeRuns(mask), status: 'accepted', origin: 'drawn' },
    ...{ prompt: null, predictedIou: null, model: null },
  }
  session.store.annotations.put(slice, measured(draft, { width, height }))
}

async function readBack(session: ProjectSession, shape: string) {
  const { report } = await exported(session, 'labelme', { options: { shape } })
  const file = join(report.folder, 'images/0.png.json')
  const { pictures } = await readLabels(readFileSync(file), file, 'pictures')
  const read = await pictures[0]?.draw({ width, height })
  return (read?.objects ?? []).map(({ label, runs }) => ({ name: label.name, runs: [...runs] }))
}

const masks = fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 })

describe('labelme JSON', () => {
  it('lies beside its image, which it names and does not hold', async () => {
    const { session, slices } = await projectOf([200])
    const label = session.store.labels.add('Nerve, left').id
    draw(session, slices[0] ?? 0, { label, box, hole })
    finish(session, ...slices)

    const { report } = await exported(session, 'labelme')

    expect(report.files.map(({ file }) => file)).toEqual([
      'images/0.png.png',
      'images/0.png.json',
      'report.json',
    ])
    expect(readJson(join(report.folder, 'images/0.png.json'), z.unknown())).toEqual({
      ...{ version: '5.5.0', flags: {}, imagePath: '0.png.png', imageData: null },
      ...{ imageHeight: height, imageWidth: width },
      shapes: [
        {
          ...{ label: 'Nerve, left', group_id: null, shape_type: 'mask', description: '', flags: {} },
          points: [
            [4, 4],
            [9, 7],
          ],
          mask: expect.stringMatching(/^iVBOR/) as unknown,
        },
      ],
    })
  })

  property.prop([fc.array(masks, { minLength: 1, maxLength: 3 })], { numRuns: 12 })(
    'keeps any masks to the pixel',
    async all => {
      const session = await drawn(all)

      const objects = await readBack(session, 'masks')

      const runs = all.filter(mask => mask.includes(1)).map(encodeRuns)
      expect(objects).toEqual(runs.map(own => ({ name: 'Nerve, left', runs: own })))
    },
  )

  it('as polygons keeps the parts of an object together and those of others apart', async () => {
    const parts = new Uint8Array(width * height)
    parts.fill(1, 24, 30).fill(1, 100, 104)
    const other = new Uint8Array(width * height).fill(1, 200, 210)
    const session = await drawn([parts, other])

    const { report } = await exported(session, 'labelme', { options: { shape: 'polygons' } })

    const { shapes } = readJson(join(report.folder, 'images/0.png.json'), File)
    expect(shapes.map(({ group_id, shape_type }) => [group_id, shape_type])).toEqual([
      [1, 'polygon'],
      [1, 'polygon'],
      [null, 'polygon'],
    ])
    expect(await readBack(session, 'polygons')).toEqual(
      [parts, other].map(mask => ({ name: 'Nerve, left', runs: encodeRuns(mask) })),
    )
  })

  it('as polygons says beforehand that holes are filled', async () => {
    const { session, slices } = await projectOf([200])
    draw(session, slices[0] ?? 0, { label: session.store.labels.add('Nerve').id, box, hole })
    finish(session, ...slices)

    const { events } = await exported(session, 'labelme', { options: { shape: 'polygons' } })

    expect(events[0]).toMatchObject({ event: 'limits', limits: [{ kind: 'holes', count: 1 }] })
  })
})
