import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fc, test as propertyTest } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { columnRuns, compressRuns, expandRuns } from '../../../../src/shared/masks/coco-rle'
import { fillHoles } from '../../../../src/shared/masks/fill-holes'
import { polygonsOf } from '../../../../src/shared/masks/polygons'
import { decodeRuns, encodeRuns } from '../../../../src/shared/masks/rle'
import { readLabels } from './read-labels'

const Golden = z.object({
  cases: z.array(z.object({ name: z.string(), counts: z.string(), columns: z.array(z.int()) })),
})
const goldenFile = join(import.meta.dirname, '../../../fixtures/coco-rle/golden.json')
const { cases } = Golden.parse(JSON.parse(readFileSync(goldenFile, 'utf8')))

/** A mask with its size. */
const masks = fc
  .record({ width: fc.integer({ min: 1, max: 12 }), height: fc.integer({ min: 1, max: 12 }) })
  .chain(({ width, height }) =>
    fc.record({
      width: fc.constant(width),
      height: fc.constant(height),
      mask: fc
        .array(fc.integer({ min: 0, max: 1 }), { minLength: width * height, maxLength: width * height })
        .map(pixels => Uint8Array.from(pixels)),
    }),
  )

interface One {
  readonly segmentation: unknown
  readonly width: number
  readonly height: number
}

const fileOf = ({ segmentation, width, height }: One): string =>
  JSON.stringify({
    info: { description: 'made by a test' },
    images: [{ id: 7, file_name: 'images/a.png', width, height }],
    annotations: [{ id: 1, image_id: 7, category_id: 3, segmentation, iscrowd: 0 }],
    categories: [{ id: 3, name: 'Liver' }],
  })

async function drawOne(one: One): Promise<{ mask: Uint8Array | null; clipped: number; empty: number }> {
  const { pictures } = await readLabels(fileOf(one), 'a.json', 'pictures')
  const { objects, clipped, empty } = (await pictures[0]?.draw(one)) ?? { objects: [], clipped: 0, empty: 0 }
  const runs = objects[0]?.runs
  return { mask: runs ? decodeRuns(runs, one.width * one.height) : null, clipped, empty }
}

const orNull = (mask: Uint8Array): Uint8Array | null => (mask.includes(1) ? mask : null)

describe('compressed run lengths', () => {
  test.each(cases)('of pycocotools are understood: $name', ({ counts, columns }) => {
    expect(expandRuns(counts).join()).toBe(columns.join())
  })

  propertyTest.prop([fc.array(fc.integer({ min: 0, max: 2 ** 28 }))])('come back as they were', runs => {
    expect(expandRuns(compressRuns(runs))).toEqual(runs)
  })

  test.each(['\u{20}', 'oooooooooo0', 'P', 'O', '日'])('that no writer makes are refused: %s', text => {
    expect(() => expandRuns(text)).toThrow(RangeError)
  })
})

describe('COCO', () => {
  propertyTest.prop([masks, fc.boolean()])('gives masks of run lengths back', async (one, isText) => {
    const runs = columnRuns(one.mask, one.height, one.width)
    const segmentation = { size: [one.height, one.width], counts: isText ? compressRuns(runs) : runs }

    const { mask, empty } = await drawOne({ ...one, segmentation })

    expect(mask).toEqual(orNull(one.mask))
    expect(empty).toBe(mask === null ? 1 : 0)
  })

  propertyTest.prop([masks])(
    'fills the outlines that we write as the mask that they came from',
    async one => {
      const filled = fillHoles(one.mask, one.height, one.width)
      const segmentation = polygonsOf(filled, one.height, one.width).parts

      const { mask, clipped } = await drawOne({ ...one, segmentation })

      expect(mask).toEqual(orNull(filled))
      expect(clipped).toBe(0)
    },
  )

  test('takes a pixel whose centre is inside the outline, and none other', async () => {
    // From the middle of the first pixel to just before that of the third; a centre on the left edge is inside.
    const { mask } = await drawOne({
      width: 4,
      height: 3,
      segmentation: [[0.5, 0.4, 2.5, 0.4, 2.5, 1.6, 0.5, 1.6]],
    })

    expect(mask).toEqual(Uint8Array.from([1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0]))
  })

  test('cuts off what lies outside the picture, and counts it', async () => {
    const { mask, clipped } = await drawOne({
      ...{ width: 3, height: 2 },
      segmentation: [[-5, -5, 2, -5, 2, 1, -5, 1]],
    })

    expect(mask).toEqual(Uint8Array.from([1, 1, 0, 0, 0, 0]))
    expect(clipped).toBe(1)
  })

  test('counts an object outside as empty', async () => {
    const outside = { width: 3, height: 2, segmentation: [[10, 10, 20, 10, 20, 20]] }

    expect(await drawOne(outside)).toEqual({ mask: null, clipped: 1, empty: 1 })
  })

  test('names objects after their categories, by number where they have none', async () => {
    const { pictures } = await readLabels(
      JSON.stringify({
        images: [{ id: 'x', file_name: 'a.png' }],
        annotations: [1, 9].map(category_id => ({
          ...{ image_id: 'x', category_id },
          segmentation: [[0, 0, 1, 0, 1, 1, 0, 1]],
        })),
        categories: [{ id: 1, name: ' Liver ' }],
      }),
      'a.json',
      'pictures',
    )
    const drawn = await pictures[0]?.draw({ width: 2, height: 2 })

    expect(drawn?.objects.map(({ label }) => [label.name, label.value])).toEqual([
      ['Liver', 1],
      [null, 9],
    ])
  })

  test.each([
    ['no JSON', '{"images": [{"id": 1, }'],
    ['images that are none', '{"images": {}, "annotations": [], "categories": [{"id": 1, "name": "a"}]}'],
    ['an image without a name', '{"images": [{"id": 1}], "annotations": []}'],
    [
      'a size that is no number',
      '{"images": [{"id": 1, "file_name": "a", "width": "9"}], "annotations": []}',
    ],
    [
      'a size beyond all pictures',
      '{"images": [{"id": 1, "file_name": "a", "width": 1e12}], "annotations": []}',
    ],
  ])('is refused with %s', async (_, text) => {
    await expect(readLabels(text, 'bad.json', 'pictures')).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })

  test.each([
    ['words for an outline', [['a', 'b']]],
    ['an infinite corner', [[0, 0, 1, 0, 1, Infinity]]],
    ['a number for a mask', 7],
    ['runs of another size', { size: [9, 9], counts: [81] }],
    ['runs that are too short', { size: [3, 4], counts: [5] }],
    ['runs that are too long', { size: [3, 4], counts: [5, 1e9] }],
    ['text that is no run lengths', { size: [3, 4], counts: '  ' }],
    ['a negative run', { size: [3, 4], counts: [-1, 13] }],
  ])('names the annotation with %s', async (_, segmentation) => {
    const text = fileOf({ width: 4, height: 3, segmentation }).replace('null]]', '1e999]]')

    const { pictures } = await readLabels(text, 'bad.json', 'pictures')

    expect(() => pictures[0]?.draw({ width: 4, height: 3 })).toThrow(
      /bad\.json is damaged: as COCO, annotations\[0\]/,
    )
  })

  test('survives lists in lists, a hundred thousand deep', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    const text = `{"images": [{"id": 1, "file_name": "a"}], "annotations": [{"image_id": 1, "segmentation": ${deep}}]}`

    const { pictures } = await readLabels(text, 'deep.json', 'pictures')

    expect(() => pictures[0]?.draw({ width: 4, height: 3 })).toThrow(/annotations\[0\]/)
  })

  test('keeps an empty mask of run lengths apart', async () => {
    const { mask, empty } = await drawOne({
      width: 4,
      height: 3,
      segmentation: { size: [3, 4], counts: [12] },
    })

    expect([mask, empty]).toEqual([null, 1])
    expect(encodeRuns(new Uint8Array(12))).toEqual([12])
  })
})
