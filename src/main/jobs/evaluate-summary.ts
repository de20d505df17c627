import { meanOfDefined } from '../../core/metrics'
import type { CaseEvent, Scores, Unit } from '../../shared/domain/events'
import type { Measured, ObjectScores } from './evaluate-slice'

/** An image whose objects are judged. */
export interface JudgedCase {
  readonly file: string
  readonly slice: number | null
  readonly objects: readonly ObjectScores[]
}

/** A case is an image: its score is the mean over its label values. */
export function caseEvent({ file, slice, objects }: JudgedCase): CaseEvent {
  const unit = unitOf([{ objects }])
  const ellipses = objects.flatMap(object => object.ellipse ?? [])
  return {
    event: 'case',
    file,
    slice,
    values: objects.length,
    ...meanScores(objects.map(object => inUnit(object.scores, unit))),
    clicksTo90: meanOfDefined(objects.map(object => object.clicks)),
    unit,
    ellipse: ellipses.length === 0 ? null : meanScores(ellipses.map(ellipse => inUnit(ellipse, unit))),
  }
}

/** The figures over all cases, each case counting the same however many objects it shows. */
export interface EvaluationSummary extends Scores {
  readonly clicksTo90: number | null
  readonly cases: number
  readonly unit: Unit
  readonly ellipse: Scores | null
  readonly undefined: Readonly<Record<keyof Scores, number>>
  readonly unreached: number
}

export function summariseCases(cases: readonly JudgedCase[]): EvaluationSummary {
  const unit = unitOf(cases)
  const objects = cases.flatMap(one => one.objects)
  const perCase = (pick: (object: ObjectScores) => Measured | null): Scores[] =>
    cases.flatMap(one => {
      const scores = one.objects.flatMap(object => pick(object) ?? [])
      return scores.length === 0 ? [] : [meanScores(scores.map(score => inUnit(score, unit)))]
    })
  const ellipses = perCase(object => object.ellipse)
  const missing = (name: keyof Scores): number =>
    objects.filter(object => object.scores.px[name] === null).length
  return {
    ...meanScores(perCase(object => object.scores)),
    clicksTo90: meanOfDefined(cases.map(one => meanOfDefined(one.objects.map(object => object.clicks)))),
    cases: cases.length,
    unit,
    ellipse: ellipses.length === 0 ? null : meanScores(ellipses),
    undefined: { dice: missing('dice'), iou: missing('iou'), hd95: missing('hd95'), assd: missing('assd') },
    unreached: objects.filter(object => !object.reached).length,
  }
}

/** Millimetres only where every case has a spacing: a mean over both units would mean nothing. */
function unitOf(cases: readonly Pick<JudgedCase, 'objects'>[]): Unit {
  const objects = cases.flatMap(one => one.objects)
  return objects.length > 0 && objects.every(object => object.scores.mm !== null) ? 'mm' : 'px'
}

function inUnit(scores: Measured, unit: Unit): Scores {
  return unit === 'mm' ? (scores.mm ?? scores.px) : scores.px
}

function meanScores(scores: readonly Scores[]): Scores {
  const mean = (name: keyof Scores): number | null => meanOfDefined(scores.map(score => score[name]))
  return { dice: mean('dice'), iou: mean('iou'), hd95: mean('hd95'), assd: mean('assd') }
}
