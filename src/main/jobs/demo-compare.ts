import { bootstrapInterval } from '../../core/metrics'
import type { CaseEvent, DemoReport, EvaluationReport } from '../../shared/domain/events'

/** One model judged with one kind of prompt: its report, and the rows that the intervals are made of. */
export interface Judgement {
  readonly report: EvaluationReport
  readonly cases: readonly CaseEvent[]
}

export interface JudgedModel {
  /** null: the model offers no points */
  readonly point: Judgement | null
  readonly box: Judgement
}

/** A model that offers both kinds of prompt. */
export interface FullyJudgedModel extends JudgedModel {
  readonly point: Judgement
}

type ModelFigures = DemoReport['models'][number]
type Figures = Pick<DemoReport, 'base' | 'tuned' | 'ellipse' | 'gain'>
type DemoScores = Figures['ellipse']['box']
type Gain = Figures['gain']['box']

/** The comparison that the demo ends with, each figure with its bootstrap 95 % interval over cases. */
export function compareModels(base: FullyJudgedModel, tuned: FullyJudgedModel): Figures {
  return {
    base: { point: scoresOf(base.point), box: scoresOf(base.box) },
    tuned: { point: scoresOf(tuned.point), box: scoresOf(tuned.box) },
    ellipse: { box: ellipseOf(tuned.box) },
    gain: { point: gainOf(base.point, tuned.point), box: gainOf(base.box, tuned.box) },
  }
}

/** One model's row of the report. */
export function figuresOf(
  { point, box }: JudgedModel,
  name: Pick<ModelFigures, 'model' | 'tuned'>,
): ModelFigures {
  return { ...name, point: point && scoresOf(point), box: scoresOf(box) }
}

function scoresOf({ report, cases }: Judgement): DemoScores {
  return { dice: report.dice, iou: report.iou, ...intervalOf(cases.map(one => one.dice)) }
}

function ellipseOf({ report, cases }: Judgement): DemoScores {
  const { dice = null, iou = null } = report.ellipse ?? {}
  return { dice, iou, ...intervalOf(cases.map(one => one.ellipse?.dice ?? null)) }
}

/** Paired: the difference on each case, so that hard cases do not widen the interval. */
function gainOf(base: Judgement, tuned: Judgement): Gain {
  const before = new Map(base.cases.map(one => [keyOf(one), one.dice]))
  const gains = tuned.cases.map(one => {
    const was = before.get(keyOf(one)) ?? null
    return was === null || one.dice === null ? null : one.dice - was
  })
  const defined = gains.filter(gain => gain !== null)
  const mean = defined.length === 0 ? null : defined.reduce((sum, gain) => sum + gain, 0) / defined.length
  return { dice: mean, ...intervalOf(gains) }
}

function intervalOf(values: readonly (number | null)[]): { low: number | null; high: number | null } {
  const interval = bootstrapInterval(
    values.filter(value => value !== null),
    { seed: 0 },
  )
  return { low: interval?.[0] ?? null, high: interval?.[1] ?? null }
}

function keyOf({ file, slice }: CaseEvent): string {
  return JSON.stringify([file, slice])
}
