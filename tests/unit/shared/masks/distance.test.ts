import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import type { DistanceOptions, PixelSpacing } from '../../../../src/shared/masks/distance'
import { distanceTransform } from '../../../../src/shared/masks/distance'

const grids = fc
  .tuple(
    fc.integer({ min: 1, max: 9 }),
    fc.integer({ min: 1, max: 9 }),
    fc.double({ min: 0, max: 1, noNaN: true }),
  )
  .chain(([height, width, share]) =>
    fc
      .array(fc.double({ min: 0, max: 1, noNaN: true }), {
        minLength: height * width,
        maxLength: height * width,
      })
      .map(values => ({ height, width, mask: Uint8Array.from(values, v => (v < share ? 1 : 0)) })),
  )
const spacings = fc.constantFrom<PixelSpacing>([1, 1], [2, 0.5], [0.3, 4], [0.7, 0.7])

/** The definition itself: every pixel against every target, the outside as a frame of one pixel. */
function bruteForce(
  mask: Uint8Array,
  height: number,
  width: number,
  [sy, sx]: PixelSpacing,
  options: DistanceOptions,
): number[] {
  const toForeground = options.to === 'foreground'
  const frame = !toForeground && options.outsideIsBackground === true ? 1 : 0
  const targets: [number, number][] = []
  for (let y = -frame; y < height + frame; y++) {
    for (let x = -frame; x < width + frame; x++) {
      const inside = y >= 0 && y < height && x >= 0 && x < width
      const isSet = inside && mask[y * width + x] !== 0
      if (isSet === toForeground) targets.push([y, x])
    }
  }
  return Array.from(mask, (_, i) => {
    const y = Math.floor(i / width)
    const x = i % width
    return Math.min(...targets.map(([ty, tx]) => Math.hypot((y - ty) * sy, (x - tx) * sx)))
  })
}

describe('distanceTransform', () => {
  test.prop([
    grids,
    spacings,
    fc.record({
      to: fc.constantFrom<'background' | 'foreground'>('background', 'foreground'),
      outsideIsBackground: fc.boolean(),
    }),
  ])(
    'agrees with the definition for any mask, spacing and target',
    ({ height, width, mask }, spacing, options) => {
      const fast = distanceTransform(mask, height, width, spacing, options)
      const slow = bruteForce(mask, height, width, spacing, options)

      slow.forEach((expected, i) => {
        if (expected === Infinity) expect(fast[i]).toBe(Infinity)
        else expect(fast[i]).toBeCloseTo(expected, 9)
      })
    },
  )

  it('is Infinity everywhere when nothing is there to measure to', () => {
    const full = new Uint8Array(12).fill(1)

    expect([...distanceTransform(full, 3, 4)]).toEqual(new Array<number>(12).fill(Infinity))
  })

  it('measures a full image to its outside when that counts as background', () => {
    const full = new Uint8Array(9).fill(1)

    const distance = distanceTransform(full, 3, 3, [1, 1], { outsideIsBackground: true })

    expect([...distance]).toEqual([1, 1, 1, 1, 2, 1, 1, 1, 1])
  })

  it('refuses a mask that does not fill the shape and a spacing that is not positive', () => {
    expect(() => distanceTransform(new Uint8Array(5), 2, 3)).toThrow(RangeError)
    expect(() => distanceTransform(new Uint8Array(6), 2, 3, [0, 1])).toThrow(RangeError)
    expect(() => distanceTransform(new Uint8Array(6), 2, 3, [1, NaN])).toThrow(RangeError)
  })
})
