import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { windowOf } from '../../../../src/main/projects/auto-window'
import { windowImage } from '../../../../src/main/inference/window-image'
import { windowFraction } from '../../../../src/shared/geometry/window-fraction'
import { tensor } from '../../../../src/core/tensor/tensor'

it('spreads the middle of whole numbers from black to white, both of which occur', () => {
  const { range, autoWindow } = windowOf(Uint8Array.from({ length: 201 }, (_, index) => index))

  expect(range).toEqual([0, 200])
  expect(autoWindow).toEqual({ centre: 100.5, width: 199 }) // 1 to 199
})

it.each([1, 3, 40])('spreads floats from 0 to %s over all of black to white, and no further', high => {
  const values = Float32Array.from({ length: 201 }, (_, index) => (high * index) / 200)

  const { autoWindow } = windowOf(values)

  expect(autoWindow.centre).toBeCloseTo(high / 2, 5)
  expect(autoWindow.width).toBeCloseTo(high * 0.99, 5)
  expect(windowFraction(autoWindow, false)(high / 2)).toBeCloseTo(0.5, 5)
  const { data } = windowImage(tensor('float32', [1, 201], values), autoWindow)
  expect([data[1], data[199]]).toEqual([0, 255])
})

it('gives floats that are all alike a window all the same', () => {
  expect(windowOf(new Float32Array(4).fill(0.5)).autoWindow.width).toBeGreaterThan(0)
})

describe('values that are counted', () => {
  it('have the window that they have when they are sorted', () => {
    const kinds = [Int16Array, Uint16Array, Uint8Array, Int8Array] as const
    fc.assert(
      fc.property(
        fc.constantFrom(...kinds),
        fc.integer(),
        fc.integer({ min: 4097, max: 9000 }),
        (kind, seed, length) => {
          const values = new kind(length)
          for (let at = 0; at < length; at++)
            values[at] = ((at * 2_654_435_761 + seed) % 65_521) >> (seed & 7)
          const [counted, sorted] = [windowOf(values), windowOf(Float64Array.from(values))]
          expect(counted.range).toEqual(sorted.range)
          expect(counted.autoWindow.centre).toBeCloseTo(sorted.autoWindow.centre, 6)
          expect(counted.autoWindow.width).toBeCloseTo(sorted.autoWindow.width, 6)
        },
      ),
      { numRuns: 60 },
    )
  })
})
