import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { decodeBytes } from '../../../../src/main/codecs'
import { columnRuns, compressRuns } from '../../../../src/shared/masks/coco-rle'
import { projectOf } from '../reviews/review-project'
import { niftiVolume, sliceFixture } from '../slice-files'
import { filledBox } from '../support/plain-finder'
import { addVolume, draw, exported, finish, readJson } from './export-project'

const box = { x0: 4, y0: 4, x1: 9, y1: 7 }
const hole = { x0: 6, y0: 5, x1: 7, y1: 6 }

/** One done slice of 24 x 16 with a holed rectangle, and one with nothing on it. */
async function holedProject() {
  const project = await projectOf([200, 100])
  const [done = 0, empty = 0] = project.slices
  const nerve = project.session.store.labels.add('Nerve, left').id
  draw(project.session, done, { label: nerve, box, hole })
  finish(project.session, done)
  project.session.store.slices.setState(empty, 'nothing-here', 'Ada')
  return { ...project, done, empty, nerve }
}

const pixelsOf = async (file: string): Promise<number[]> =>
  Array.from((await decodeBytes(readFileSync(file), file, 'labels')).pixels.data, Number)
const holed = filledBox(box, 24, 16)
filledBox(hole, 24, 16).forEach((value, at) => value === 1 && (holed[at] = 0))

describe('PNG label maps', () => {
  it('hold a number a label, or a number an object', async () => {
    const { session, done, nerve } = await holedProject()
    const vessel = session.store.labels.add('Vessel').id
    draw(session, done, { label: vessel, box: { x0: 12, y0: 1, x1: 13, y1: 2 } })
    draw(session, done, { label: nerve, box: { x0: 20, y0: 1, x1: 21, y1: 2 } })

    const classes = await exported(session, 'png', { options: { values: 'classes' } })
    const objects = await exported(session, 'png', { options: { values: 'objects' } })

    const at = async (folder: string): Promise<number[]> => {
      const pixels = await pixelsOf(join(folder, 'masks/0.png.png'))
      return [pixels[4 * 24 + 4], pixels[5 * 24 + 6], pixels[24 + 12], pixels[24 + 20]].map(Number)
    }
    expect(await at(classes.report.folder)).toEqual([1, 0, 2, 1])
    expect(await at(objects.report.folder)).toEqual([1, 0, 2, 3])
    expect((await pixelsOf(join(classes.report.folder, 'masks/1.png.png'))).every(value => value === 0)).toBe(
      true,
    )
  })

  it('give overlapping pixels to the object that the model was surer of', async () => {
    const { session, done, nerve } = await holedProject()
    const vessel = session.store.labels.add('Vessel').id
    const change = { origin: 'model', predictedIou: 0.5 } as const
    draw(session, done, { label: vessel, box: { x0: 8, y0: 4, x1: 12, y1: 7 }, change })
    draw(session, done, {
      label: nerve,
      box: { x0: 11, y0: 4, x1: 13, y1: 7 },
      change: { ...change, predictedIou: 0.8 },
    })

    const { report } = await exported(session, 'png', { options: { images: false } })

    const row = (await pixelsOf(join(report.folder, 'masks/0.png.png'))).slice(4 * 24 + 8, 4 * 24 + 14)
    expect(row).toEqual([1, 1, 2, 1, 1, 1])
  })
})

describe('NPY pairs', () => {
  it('are what the original script trains on: colour images and label maps of the same names', async () => {
    const { session } = await holedProject()

    const { report } = await exported(session, 'npy')

    const image = (await decodeBytes(readFileSync(join(report.folder, 'imgs/0.png.npy')), 'a.npy', 'image'))
      .pixels
    const labels = (await decodeBytes(readFileSync(join(report.folder, 'gts/0.png.npy')), 'a.npy', 'labels'))
      .pixels
    expect([image.dtype, image.shape]).toEqual(['uint8', [16, 24, 3]])
    expect([labels.dtype, labels.shape]).toEqual(['uint8', [16, 24]])
    expect([...(labels.data as Uint8Array)]).toEqual([...holed])
    expect(image.data[(4 * 24 + 4) * 3 + 2]).toBe(200)
  })
})

const Coco = z.object({
  images: z.array(z.object({ id: z.int(), file_name: z.string(), width: z.int(), height: z.int() })),
  categories: z.array(z.object({ id: z.int(), name: z.string() })),
  annotations: z.array(
    z.object({
      ...{ id: z.int(), image_id: z.int(), category_id: z.int(), area: z.int(), iscrowd: z.literal(0) },
      bbox: z.array(z.number()),
      segmentation: z.union([
        z.object({ size: z.tuple([z.int(), z.int()]), counts: z.string() }),
        z.array(z.array(z.number())),
      ]),
    }),
  ),
})

describe('COCO', () => {
  it('keeps holes as run lengths down the columns', async () => {
    const { session, done, empty } = await holedProject()

    const { report } = await exported(session, 'coco')

    const file = readJson(join(report.folder, 'annotations.json'), Coco)
    expect(file.images).toEqual([
      { id: done, file_name: '0.png.png', width: 24, height: 16 },
      { id: empty, file_name: '1.png.png', width: 24, height: 16 },
    ])
    expect(file.categories).toEqual([{ id: 1, name: 'Nerve, left' }])
    expect(file.annotations).toMatchObject([
      {
        ...{ image_id: done, category_id: 1, area: 20, bbox: [4, 4, 6, 4] },
        segmentation: { size: [16, 24], counts: compressRuns(columnRuns(holed, 16, 24)) },
      },
    ])
    expect(report.files.map(({ file: path }) => path)).toContain('images/0.png.png')
  })

  it('says in the report that polygons fill holes', async () => {
    const { session } = await holedProject()

    const { report } = await exported(session, 'coco', { options: { shape: 'both', images: false } })

    const polygons = readJson(join(report.folder, 'annotations-polygons.json'), Coco)
    expect(polygons.annotations[0]?.segmentation).toEqual([[10, 4, 10, 8, 4, 8, 4, 4]])
    const { notes } = readJson(
      join(report.folder, 'report.json'),
      z.looseObject({ notes: z.array(z.string()) }),
    )
    expect(notes).toEqual(['1 mask with holes: polygons cannot hold them, so they are filled. (0.png)'])
  })

  it('has a file for each side of the split', async () => {
    const { session } = await holedProject()
    session.store.settings.set('held-out-groups', ['1.png'])

    const { report } = await exported(session, 'coco', { options: { images: false } })

    expect(readJson(join(report.folder, 'annotations-train.json'), Coco).images).toHaveLength(1)
    expect(readJson(join(report.folder, 'annotations-val.json'), Coco).annotations).toEqual([])
  })
})

describe('YOLO-seg', () => {
  it('writes corners as parts of the picture, classes from 0, and names that YAML can read', async () => {
    const { session } = await holedProject()

    const { report } = await exported(session, 'yolo')

    const text = readFileSync(join(report.folder, 'labels/train/0.png.txt'), 'utf8')
    const [label, ...corners] = text.trim().split(' ').map(Number)
    expect(label).toBe(0)
    const expected = [10 / 24, 4 / 16, 10 / 24, 8 / 16, 4 / 24, 8 / 16, 4 / 24, 4 / 16]
    corners.forEach((corner, index) => expect(corner).toBeCloseTo(expected[index] ?? NaN, 6))
    expect(corners).toHaveLength(8)
    expect(readFileSync(join(report.folder, 'labels/train/1.png.txt'), 'utf8')).toBe('')
    const yaml = readFileSync(join(report.folder, 'data.yaml'), 'utf8')
    expect(yaml).toContain('names:\n  0: "Nerve, left"\n')
  })
})

describe('measurements', () => {
  it('come in pixels and, where the spacing is known, in millimetres', async () => {
    const { session, nerve, done } = await holedProject()
    const { seriesId } = session.store.slices.get(done) ?? { seriesId: 0 }
    const size = { seriesId, plane: 1, width: 10, height: 10, state: 'done' } as const
    const spaced = session.store.slices.add({ ...size, name: '=spaced', spacingMm: { x: 0.5, y: 2 } })
    draw(session, spaced, { label: nerve, box: { x0: 0, y0: 0, x1: 5, y1: 1 } })

    const { report } = await exported(session, 'csv')

    const lines = readFileSync(join(report.folder, 'measurements.csv'), 'utf8').split('\r\n')
    expect(lines[0]).toMatch(/^slice,file,plane,split,label,object,area_px,longest_diameter_px,/)
    expect(lines[1]).toMatch(/^0\.png,0\.png,,,"Nerve, left",1,20,/)
    // 6 x 2 pixels of 0.5 x 2 mm: 12 mm², and 3 x 4 mm from corner to corner.
    expect(lines[2]).toMatch(
      /^'=spaced,0\.png,1,,"Nerve, left",1,12,6\.3246,[\d.]+,12,5,[\d.]+,0\.5,2,0,0,5,1,drawn,,$/,
    )
    expect(lines).toHaveLength(4)
  })
})

describe('NIfTI label volumes', () => {
  it('lie on the very grid of their source: only what describes the values is another', async () => {
    const { session, nerve } = await holedProject()
    const source = sliceFixture('minimal.nii.gz')
    const planes = addVolume(session, { name: 'scan.nii.gz', bytes: source, size: [64, 64, 10] })
    const third = planes[3] ?? 0
    draw(session, third, { label: nerve, box: { x0: 10, y0: 20, x1: 30, y1: 25 } })
    finish(session, third)

    const { report } = await exported(session, 'nifti')

    // The pictures of the project are no volumes.
    expect(report.skipped).toMatchObject([{ name: '0.png' }, { name: '1.png' }])
    expect(report).toMatchObject({ slices: 1, objects: 1 })
    const bytes = gunzipSync(readFileSync(join(report.folder, 'labels/scan.nii.gz.nii.gz')))
    const header = gunzipSync(source)
    // Of NIfTI-1: pixdim, units, qform and sform codes, quaternion, offsets and the affine rows.
    for (const [from, to] of [
      [76, 108],
      [123, 124],
      [252, 328],
    ] as const) {
      expect(bytes.subarray(from, to).equals(header.subarray(from, to))).toBe(true)
    }
    expect(bytes.subarray(40, 48).equals(header.subarray(40, 48))).toBe(true)
    const { pixels } = await decodeBytes(gzipSync(bytes), 'a.nii.gz', 'labels')
    expect(pixels.shape).toEqual([10, 64, 64])
    const set = Array.from(pixels.data, Number).flatMap((value, at) => (value === 0 ? [] : [at]))
    expect(set).toHaveLength(21 * 6)
    expect(set[0]).toBe(3 * 64 * 64 + 20 * 64 + 10)
  })

  it('names what lies in the way of a damaged volume and writes the others', async () => {
    const { session, nerve } = await holedProject()
    const good = niftiVolume([8, 8, 2], () => 1)
    for (const [name, bytes] of [
      ['bad.nii', good.subarray(0, 200)],
      ['good.nii', good],
    ] as const) {
      const [first = 0] = addVolume(session, { name, bytes, size: [8, 8, 2] })
      draw(session, first, { label: nerve, box: { x0: 1, y0: 1, x1: 2, y1: 2 } })
      finish(session, first)
    }

    const { report } = await exported(session, 'nifti')

    expect(report.skipped).toContainEqual(expect.objectContaining({ name: 'bad.nii', code: 'CORRUPT_FILE' }))
    expect(report).toMatchObject({ slices: 1, objects: 1 })
  })
})
