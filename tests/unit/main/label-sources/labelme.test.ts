import { fc, test as propertyTest } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { writePng } from '../../../../src/main/codecs'
import { tensor } from '../../../../src/core/tensor/tensor'
import { fillHoles } from '../../../../src/shared/masks/fill-holes'
import { polygonsOf } from '../../../../src/shared/masks/polygons'
import { decodeRuns } from '../../../../src/shared/masks/rle'
import { readLabels } from './read-labels'

const size = { width: 6, height: 5 }

const fileOf = (shapes: readonly object[]): string =>
  JSON.stringify({
    ...{ version: '5.5.0', flags: {}, shapes, imagePath: '..\\images\\head 1.png', imageData: null },
    ...{ imageHeight: size.height, imageWidth: size.width },
  })

async function draw(shapes: readonly object[]) {
  const { pictures } = await readLabels(fileOf(shapes), 'head.json', 'pictures')
  const [picture] = pictures
  if (!picture) throw new Error('no picture')
  const { objects, ...counts } = await picture.draw(size)
  const masks = objects.map(({ label, runs }) => ({ name: label.name, mask: decodeRuns(runs, 30) }))
  return {
    ...counts,
    fileName: picture.fileName,
    size: picture.size,
    withoutArea: picture.withoutArea,
    masks,
  }
}

const pixels = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(' ', ''), pixel => (pixel === '#' ? 1 : 0))

const anyMask = fc
  .array(fc.integer({ min: 0, max: 1 }), { minLength: 30, maxLength: 30 })
  .map(values => Uint8Array.from(values))

describe('labelme', () => {
  test('says which picture it is about, and its size', async () => {
    expect(await draw([])).toMatchObject({ fileName: '..\\images\\head 1.png', size, masks: [] })
  })

  propertyTest.prop([anyMask])(
    'fills the outlines that we write as the mask that they came from',
    async mask => {
      const filled = fillHoles(mask, size.height, size.width)
      const shapes = polygonsOf(filled, size.height, size.width).parts.map(ring => ({
        ...{ label: 'Head', group_id: 4, shape_type: 'polygon' },
        points: Array.from({ length: ring.length / 2 }, (_, corner) =>
          ring.slice(2 * corner, 2 * corner + 2),
        ),
      }))

      const { masks } = await draw(shapes)

      expect(masks).toEqual(filled.includes(1) ? [{ name: 'Head', mask: filled }] : [])
    },
  )

  propertyTest.prop([anyMask])('takes masks as pictures, with their holes', async mask => {
    const png = Buffer.from(writePng(tensor('uint8', [size.height, size.width], mask))).toString('base64')
    const shape = {
      label: 'Head',
      shape_type: 'mask',
      points: [
        [0, 0],
        [5, 4],
      ],
      mask: png,
    }

    const { masks, empty } = await draw([shape])

    expect(masks).toEqual(mask.includes(1) ? [{ name: 'Head', mask }] : [])
    expect(empty).toBe(mask.includes(1) ? 0 : 1)
  })

  test('lays a mask where its first point is, and cuts it off at the edge', async () => {
    const png = Buffer.from(writePng(tensor('uint8', [2, 3], Uint8Array.from([1, 0, 1, 1, 1, 1])))).toString(
      'base64',
    )
    const { masks, clipped } = await draw([
      {
        label: 'a',
        shape_type: 'mask',
        points: [
          [4, 1],
          [6, 2],
        ],
        mask: png,
      },
    ])

    expect(masks[0]?.mask).toEqual(pixels('...... ....#. ....## ...... ......'))
    expect(clipped).toBe(1)
  })

  test('draws rectangles and circles', async () => {
    const rectangle = {
      label: 'a',
      shape_type: 'rectangle',
      points: [
        [4, 3],
        [1, 1],
      ],
    }
    const circle = {
      label: 'b',
      shape_type: 'circle',
      points: [
        [2.5, 2.5],
        [2.5, 1.4],
      ],
    }

    const { masks } = await draw([rectangle, circle])

    expect(masks[0]?.mask).toEqual(pixels('...... .###.. .###.. ...... ......'))
    expect(masks[1]?.mask).toEqual(pixels('...... ..#... .###.. ..#... ......'))
  })

  test('counts points and lines, which have no area', async () => {
    const { masks, withoutArea } = await draw([
      { label: 'a', shape_type: 'point', points: [[1, 1]] },
      {
        label: 'a',
        shape_type: 'linestrip',
        points: [
          [1, 1],
          [2, 2],
          [3, 1],
        ],
      },
      {
        label: 'a',
        points: [
          [1, 1],
          [2, 2],
        ],
      },
    ])

    expect([masks.length, withoutArea]).toEqual([0, 3])
  })

  test.each([
    ['shapes that are none', '{"shapes": 5, "imagePath": "a.png"}'],
    ['no picture', '{"shapes": []}'],
    ['a corner of one number', '{"shapes": [{"label": "a", "points": [[1]]}], "imagePath": "a.png"}'],
    ['a label that is none', '{"shapes": [{"label": {}, "points": []}], "imagePath": "a.png"}'],
  ])('is refused with %s', async (_, text) => {
    await expect(readLabels(text, 'bad.json', 'pictures')).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
  })

  test.each(['', 'AAAA', Buffer.from('GIF89a').toString('base64')])(
    'names the shape whose mask is no picture',
    async mask => {
      await expect(
        draw([
          {
            label: 'a',
            shape_type: 'mask',
            points: [
              [0, 0],
              [1, 1],
            ],
            mask,
          },
        ]),
      ).rejects.toThrow('head.json is damaged: as labelme, shapes[0]: its mask is no picture')
    },
  )

  test('keeps a circle as large as the universe inside the picture', async () => {
    const { masks, clipped } = await draw([
      {
        label: 'a',
        shape_type: 'circle',
        points: [
          [0, 0],
          [1e300, 1e300],
        ],
      },
    ])

    expect(masks[0]?.mask).toEqual(new Uint8Array(30).fill(1))
    expect(clipped).toBe(1)
  })
})
