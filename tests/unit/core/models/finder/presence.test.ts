import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { sliceGeometry } from '../../../../../src/core/imaging/geometry'
import {
  calibratePresence,
  presenceProbability,
  presenceScore,
} from '../../../../../src/core/models/finder/presence'
import type { PresenceCase } from '../../../../../src/core/models/finder/presence'
import { FinderPresence } from '../../../../../src/shared/domain/finder'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'

const probability = fc.double({ min: 0, max: 1, noNaN: true })
const caseArbitrary: fc.Arbitrary<PresenceCase> = fc.record({ score: probability, hasObject: fc.boolean() })
const there = (...scores: number[]): PresenceCase[] => scores.map(score => ({ score, hasObject: true }))
const empty = (...scores: number[]): PresenceCase[] => scores.map(score => ({ score, hasObject: false }))

describe('calibration of "probably empty"', () => {
  test.prop([fc.array(caseArbitrary, { maxLength: 30 }), probability, probability])(
    'is sound and monotone whatever was held out',
    (cases, a, b) => {
      const presence = calibratePresence(cases)

      expect(() => FinderPresence.parse(presence)).not.toThrow()
      const [low, high] = [Math.min(a, b), Math.max(a, b)].map(score => presenceProbability(score, presence))
      expect(low).toBeLessThanOrEqual(high ?? NaN)
      expect(low).toBeGreaterThanOrEqual(0)
      expect(high).toBeLessThanOrEqual(1)
    },
  )

  it('puts the limit between scores that can be told apart', () => {
    const presence = calibratePresence([...there(0.8, 0.9, 0.95, 0.7), ...empty(0.1, 0.3, 0.05)])

    expect(presence).toMatchObject({ threshold: 0.5, calibrated: true })
    expect(presenceProbability(0.9, presence)).toBeGreaterThan(0.7)
    expect(presenceProbability(0.05, presence)).toBeLessThan(0.3)
  })

  it('learns that this finder is too sure of itself', () => {
    const presence = calibratePresence([...there(0.97, 0.99, 0.98, 0.96), ...empty(0.9, 0.85, 0.93, 0.88)])

    expect(presence.threshold).toBeCloseTo(0.945, 12)
    expect(presenceProbability(0.88, presence)).toBeLessThan(0.6)
  })

  it('tends to the true frequencies', () => {
    const cases = Array.from({ length: 400 }, (_, index) => {
      const score = 0.02 + 0.96 * ((index % 20) / 19)
      // Of the slices with this score, the part that the score says has an object.
      return { score, hasObject: (Math.floor(index / 20) + 0.5) / 20 < score }
    })

    const presence = calibratePresence(cases)

    for (const score of [0.2, 0.5, 0.8]) expect(presenceProbability(score, presence)).toBeCloseTo(score, 1)
  })

  it('is conservative, and says so, when no empty slice was seen', () => {
    const sure = calibratePresence(there(0.9, 0.8, 0.95))
    const unsure = calibratePresence(there(0.9, 0.1, 0.95))

    expect(sure).toEqual({ threshold: 0.25, slope: 1, intercept: 0, calibrated: false })
    expect(unsure.threshold).toBe(0.05)
    expect(calibratePresence([]).calibrated).toBe(false)
    expect(calibratePresence([...there(0.9, 0.9), ...empty(0.1)]).calibrated).toBe(false)
    expect(presenceProbability(0.3, sure)).toBeCloseTo(0.3, 12)
  })
})

describe('the score of a map', () => {
  it('is the mean of the highest cells on the slice', () => {
    const geometry = sliceGeometry(20, 40, { ...officialPreprocessing, resolution: 64, fit: 'pad' })
    const map = new Float32Array(64).fill(0.1)
    map.set([0.9, 0.5, 0.7], 3)
    map.fill(1, 32) // the padding

    expect(presenceScore(map, geometry)).toBeCloseTo((0.9 + 0.7 + 0.5 + 0.1) / 4, 6)
  })

  it('of a map with fewer cells than that is their mean', () => {
    const geometry = sliceGeometry(10, 10, { ...officialPreprocessing, resolution: 16 })

    expect(presenceScore(Float32Array.from([0.5]), geometry)).toBe(0.5)
  })
})
