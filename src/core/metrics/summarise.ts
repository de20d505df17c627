import type { MetricName, Scores } from './measure'
import { mapMetrics } from './measure'

/** How many objects had no value for a metric, because a mask was empty. */
export type UndefinedCounts = Record<MetricName, number>

/** An image: its score is the mean over its label values (objects), undefined ones left out but counted. */
export interface CaseScore {
  readonly mean: Scores
  readonly objects: number
  readonly undefinedObjects: UndefinedCounts
}

export interface Summary {
  readonly cases: number
  readonly mean: Scores
  readonly objects: number
  readonly undefinedObjects: UndefinedCounts
}

export function scoreCase(objects: readonly Scores[]): CaseScore {
  return {
    mean: mapMetrics(name => meanOfDefined(objects.map(scores => scores[name]))),
    objects: objects.length,
    undefinedObjects: mapMetrics(name => objects.filter(scores => scores[name] === null).length),
  }
}

/** Every case counts the same, however many objects it shows: patients matter, not nuclei. */
export function summarise(cases: readonly CaseScore[]): Summary {
  return {
    cases: cases.length,
    mean: mapMetrics(name => meanOfDefined(cases.map(score => score.mean[name]))),
    objects: sum(cases.map(score => score.objects)),
    undefinedObjects: mapMetrics(name => sum(cases.map(score => score.undefinedObjects[name]))),
  }
}

/** @returns null when nothing is defined */
export function meanOfDefined(values: readonly (number | null)[]): number | null {
  const defined = values.filter(value => value !== null)
  return defined.length === 0 ? null : sum(defined) / defined.length
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
