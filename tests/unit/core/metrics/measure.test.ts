import { describe, expect, it } from 'vitest'
import type { Scores } from '../../../../src/core/metrics'
import { bootstrapInterval, meanOfDefined, measure } from '../../../../src/core/metrics'

const scores = (values: Partial<Scores>): Scores => ({
  dice: null,
  iou: null,
  hd95: null,
  assd: null,
  nsd: null,
  ...values,
})

describe('measure', () => {
  it('gives nulls, not numbers, where an empty mask leaves nothing to say', () => {
    const empty = new Uint8Array(9)
    const dot = Uint8Array.from([0, 0, 0, 0, 1, 0, 0, 0, 0])

    expect(measure(empty, empty, 3, 3)).toEqual(scores({}))
    expect(measure(empty, dot, 3, 3)).toEqual(scores({ dice: 0, iou: 0 }))
    expect(measure(dot, empty, 3, 3)).toEqual(scores({ dice: 0, iou: 0 }))
  })

  it('measures distances in the unit of the spacing and counts a distance equal to the tolerance', () => {
    const left = Uint8Array.from([1, 0, 0, 0])
    const right = Uint8Array.from([0, 0, 0, 1])

    const result = measure(left, right, 1, 4, { spacing: [1, 0.5], tolerance: 1.5 })

    expect(result).toEqual({ dice: 0, iou: 0, hd95: 1.5, assd: 1.5, nsd: 1 })
  })

  it('refuses masks that do not fill the shape', () => {
    expect(() => measure(new Uint8Array(4), new Uint8Array(6), 2, 3)).toThrow(RangeError)
    expect(() => measure(new Uint8Array(4), new Uint8Array(4), 2, 3)).toThrow(RangeError)
  })
})

describe('meanOfDefined', () => {
  it('leaves out what is undefined, and is undefined itself where all is', () => {
    expect(meanOfDefined([0.5, null, 1])).toBe(0.75)
    expect(meanOfDefined([null])).toBeNull()
    expect(meanOfDefined([])).toBeNull()
  })
})

describe('bootstrapInterval', () => {
  const values = [0.91, 0.95, 0.88, 0.97, 0.93, 0.9, 0.99, 0.85, 0.94, 0.92]

  it('is the same for the same seed and moves a little with another', () => {
    const first = bootstrapInterval(values, { seed: 7 })

    expect(bootstrapInterval(values, { seed: 7 })).toEqual(first)
    expect(bootstrapInterval(values, { seed: 8 })).not.toEqual(first)
  })

  it('is as wide as the normal approximation says, within a fifth', () => {
    const mean = values.reduce((a, b) => a + b) / values.length
    const variance = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / values.length
    const expectedWidth = 2 * 1.96 * Math.sqrt(variance / values.length)

    const [low, high] = bootstrapInterval(values, { seed: 1 }) ?? [NaN, NaN]

    expect(low).toBeLessThan(mean)
    expect(high).toBeGreaterThan(mean)
    expect(Math.abs(high - low - expectedWidth) / expectedWidth).toBeLessThan(0.2)
  })

  it('narrows with the confidence', () => {
    const [low95, high95] = bootstrapInterval(values, { seed: 1 }) ?? [NaN, NaN]
    const [low50, high50] = bootstrapInterval(values, { seed: 1, confidence: 0.5 }) ?? [NaN, NaN]

    expect(high50 - low50).toBeLessThan((high95 - low95) / 2)
  })

  it('is one number for one case and nothing for none', () => {
    expect(bootstrapInterval([0.8], { seed: 1 })).toEqual([0.8, 0.8])
    expect(bootstrapInterval([], { seed: 1 })).toBeNull()
  })
})
