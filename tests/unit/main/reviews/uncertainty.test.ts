import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import * as z from 'zod'
import { permutationP, ranksOf, spearman } from '../../../../bench/uncertainty/ranking'
import { levelOf, sliceFigures, uncertaintyOf } from '../../../../src/main/reviews/uncertainty'

const sure = { predictedIou: 1, stability: 1, steadiness: 1, agreement: 1 }

describe('the uncertainty of a mask', () => {
  it('is 0 where everything speaks for it and 1 where nothing does', () => {
    expect(uncertaintyOf(sure)).toBe(0)
    expect(uncertaintyOf({ predictedIou: 0, stability: 0, steadiness: 0, agreement: 0 })).toBeCloseTo(1)
  })

  it('goes up with what any figure lacks', () => {
    for (const figure of ['predictedIou', 'stability', 'steadiness', 'agreement'] as const) {
      expect(uncertaintyOf({ ...sure, [figure]: 0.5 })).toBeGreaterThan(0)
    }
  })

  it('leaves out what could not be told, and takes a predicted IoU above 1 for 1', () => {
    const figures = { predictedIou: 1.02, stability: 0.8, steadiness: null, agreement: null }

    // 0.4 and 0.2 are left of the weights.
    expect(uncertaintyOf(figures)).toBeCloseTo((0.2 * 0.2) / 0.6)
  })
})

describe('the figures of a slice', () => {
  it('are means, but for the uncertainty, which is that of its worst object', () => {
    const bad = { predictedIou: 0.5, stability: 0.5, steadiness: 0.5, agreement: null }

    expect(sliceFigures([sure, bad], false)).toEqual({
      uncertainty: uncertaintyOf(bad),
      predictedIou: 0.75,
      stability: 0.75,
      agreement: 1,
    })
  })

  it('say that an expected object is missing, and nothing of a slice that is probably empty', () => {
    expect(sliceFigures([], false).uncertainty).toBe(1)
    expect(sliceFigures([], true).uncertainty).toBeNull()
    expect([levelOf(1), levelOf(null), levelOf(0.1), levelOf(0)]).toEqual(['high', 'low', 'medium', 'low'])
  })
})

const figure = z.number().nullable()
const Measured = z.record(
  z.string(),
  z.looseObject({
    cases: z.array(
      z.object({
        ...{ error: z.number(), predictedIou: z.number() },
        ...{ stability: figure, steadiness: figure, agreement: figure },
      }),
    ),
  }),
)
const file = join(import.meta.dirname, '../../../../docs/generated/uncertainty.json')
const measured = Object.entries(Measured.parse(JSON.parse(readFileSync(file, 'utf8'))))

describe('the order of Review', () => {
  it.each(measured)(
    'puts first what is wrong, better than chance and than the predicted IoU: %s',
    (_, { cases }) => {
      const errors = cases.map(({ error }) => error)
      const uncertainty = cases.map(uncertaintyOf)

      expect(permutationP(uncertainty, errors, 1000)).toBeLessThan(0.05)
      expect(spearman(uncertainty, errors)).toBeGreaterThan(
        spearman(
          cases.map(({ predictedIou }) => -predictedIou),
          errors,
        ),
      )
    },
  )

  it('is measured on masks of both models', () => {
    expect(measured.map(([, { cases }]) => cases.length)).toEqual([48, 10])
  })

  it('is compared by ranks, of which equal values share the mean', () => {
    expect(ranksOf([3, 1, 3, 2])).toEqual([3.5, 1, 3.5, 2])
    expect(spearman([1, 2, 3], [10, 20, 15])).toBeCloseTo(0.5)
    expect(spearman([1, 1, 1], [1, 2, 3])).toBe(0)
  })
})
