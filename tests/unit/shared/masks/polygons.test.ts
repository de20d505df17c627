import { fc, test as propertyTest } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { fillHoles } from '../../../../src/shared/masks/fill-holes'
import { fillPolygon } from '../../../../src/shared/masks/fill-polygon'
import { polygonsOf } from '../../../../src/shared/masks/polygons'
import { diceOfRuns } from '../../../../src/shared/masks/run-overlap'

/** Rows of # and . */
const maskOf = (...rows: string[]) => Uint8Array.from(rows.join(''), sign => (sign === '#' ? 1 : 0))

/** What a reader of polygons makes of them: corners of pixels lie half a pixel before their centres. */
function drawn(parts: readonly (readonly number[])[], height: number, width: number): Uint8Array {
  const mask = new Uint8Array(height * width)
  for (const part of parts) {
    const corners = Array.from({ length: part.length / 2 }, (_, at) => ({
      x: (part[2 * at] ?? 0) - 0.5,
      y: (part[2 * at + 1] ?? 0) - 0.5,
    }))
    fillPolygon(corners, height, width).forEach((value, pixel) => {
      if (value === 1) mask[pixel] = 1
    })
  }
  return mask
}

describe('polygons of a mask', () => {
  test('are one for each part', () => {
    const mask = maskOf('##..#', '##..#', '.....')

    expect(polygonsOf(mask, 3, 5)).toEqual({
      parts: [
        [2, 0, 2, 2, 0, 2, 0, 0],
        [5, 0, 5, 2, 4, 2, 4, 0],
      ],
      holes: 0,
    })
  })

  test('leave holes out and count them', () => {
    const mask = maskOf('####', '#..#', '####')

    expect(polygonsOf(mask, 3, 4)).toEqual({ parts: [[4, 0, 4, 3, 0, 3, 0, 0]], holes: 1 })
  })

  const bits = fc.array(fc.boolean(), { minLength: 63, maxLength: 63 })
  propertyTest.prop([bits])('give the mask back, but for holes, which are filled', values => {
    const mask = Uint8Array.from(values, value => (value ? 1 : 0))
    const { parts, holes } = polygonsOf(mask, 7, 9)

    const back = drawn(parts, 7, 9)

    if (holes === 0) expect(back).toEqual(mask)
    const filled = fillHoles(mask, 7, 9)
    back.forEach((value, pixel) => {
      expect(value).toBeGreaterThanOrEqual(mask[pixel] ?? 0)
      expect(value).toBeLessThanOrEqual(filled[pixel] ?? 0)
    })
  })
})

describe('Dice of run lengths', () => {
  test.each([
    [[0, 4], [0, 4], 1],
    [[4], [0, 4], 0],
    [[0, 2, 2], [1, 2, 1], 0.5],
    [[4], [4], null],
  ])('of %j and %j is %j', (a, b, dice) => {
    expect(diceOfRuns(a, b)).toBe(dice)
  })
})
