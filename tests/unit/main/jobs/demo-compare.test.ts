import { expect, test } from 'vitest'
import type { Judgement } from '../../../../src/main/jobs/demo-compare'
import { compareModels, figuresOf } from '../../../../src/main/jobs/demo-compare'
import type { CaseEvent, EvaluationReport } from '../../../../src/shared/domain/events'

function judged(dices: Readonly<Record<string, number>>): Judgement {
  const scores = { iou: 0.5, hd95: null, assd: null }
  const cases = Object.entries(dices).map(([file, dice]): CaseEvent => ({
    ...{ event: 'case', file, slice: null, values: 1, ...scores, dice, clicksTo90: null, unit: 'px' },
    ellipse: { ...scores, dice: 0.9 },
  }))
  const mean = cases.reduce((sum, { dice }) => sum + (dice ?? 0), 0) / cases.length
  const report: EvaluationReport = {
    ...{ event: 'report', command: 'evaluate', ...scores, dice: mean, clicksTo90: null, cases: cases.length },
    ...{
      unit: 'px',
      prompt: 'box',
      jitter: 5,
      model: 'm',
      data: 'd',
      split: 'val',
      unreached: 0,
      skipped: 0,
    },
    ...{ ellipse: { ...scores, dice: 0.9 }, undefined: { dice: 0, iou: 0, hd95: 0, assd: 0 } },
    ...{ seconds: 1, interrupted: false },
  }
  return { report, cases }
}

test('the gain is paired by case: constant gains on unlike cases have a narrow interval', () => {
  const base = judged({ easy: 0.8, hard: 0.1, middle: 0.5 })
  const tuned = judged({ middle: 0.6, hard: 0.2, easy: 0.9 })

  const { gain, base: was, ellipse } = compareModels({ point: base, box: base }, { point: tuned, box: tuned })

  expect(gain.point.dice).toBeCloseTo(0.1, 12)
  expect(gain.point.low).toBeCloseTo(0.1, 12)
  expect(gain.point.high).toBeCloseTo(0.1, 12)
  // Unpaired, the cases differ far more than that.
  expect((was.point.high ?? 0) - (was.point.low ?? 0)).toBeGreaterThan(0.3)
  expect(ellipse.box).toMatchObject({ dice: 0.9, low: expect.closeTo(0.9, 12) as number })
})

test('a model that offers no points has none in its row of the report', () => {
  const box = judged({ one: 0.8, other: 0.9 })

  const boxes = figuresOf({ point: null, box }, { model: 'boxes-only', tuned: false })
  const both = figuresOf({ point: judged({ one: 0.2, other: 0.4 }), box }, { model: 'both', tuned: true })

  expect(boxes).toMatchObject({ model: 'boxes-only', tuned: false, point: null })
  expect(boxes.box.dice).toBeCloseTo(0.85, 12)
  expect(both.tuned).toBe(true)
  expect(both.point?.dice).toBeCloseTo(0.3, 12)
  expect([both.point?.low, both.point?.high]).toEqual([0.2, 0.4])
})
