import { test } from '@fast-check/vitest'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runBytes, runsOf } from '../../../../src/main/database/run-bytes'
import { measureRuns } from '../../../../src/shared/masks/measure-runs'
import { encodeRuns } from '../../../../src/shared/masks/rle'

describe('run lengths as bytes', () => {
  test.prop([fc.array(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }))])(
    'come back as they were, whatever their size',
    runs => {
      expect(runsOf(runBytes(runs))).toEqual(runs)
    },
  )

  test.prop([fc.uint8Array({ maxLength: 40 })])('never give a number that no mask has', bytes => {
    try {
      expect(runsOf(bytes).every(run => Number.isSafeInteger(run) && run >= 0)).toBe(true)
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError)
    }
  })

  it('take one byte up to 127, two up to 16383', () => {
    expect([...runBytes([0, 127, 128, 16_383, 16_384])]).toEqual([0, 127, 128, 1, 255, 127, 128, 128, 1])
  })

  it('refuse bytes that end within a number', () => {
    expect(() => runsOf(Uint8Array.of(5, 128))).toThrow(RangeError)
  })
})

const mask = fc
  .tuple(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 12 }))
  .chain(([width, height]) =>
    fc.record({
      width: fc.constant(width),
      pixels: fc.uint8Array({ minLength: width * height, maxLength: width * height, max: 1 }),
    }),
  )

describe('the measures of runs', () => {
  test.prop([mask])('are those of the pixels', ({ width, pixels }) => {
    const set = [...pixels.keys()].filter(pixel => pixels[pixel] === 1)
    const [xs, ys] = [set.map(pixel => pixel % width), set.map(pixel => Math.floor(pixel / width))]

    const measured = measureRuns(encodeRuns(pixels), width)

    expect(measured.size).toBe(pixels.length)
    expect(measured.areaPx).toBe(set.length)
    expect(measured.box).toEqual(
      set.length === 0
        ? null
        : { x0: Math.min(...xs), y0: Math.min(...ys), x1: Math.max(...xs), y1: Math.max(...ys) },
    )
  })
})
