import { percentile } from '../percentile'
import { random } from '../random'

export interface BootstrapOptions {
  readonly seed: number
  /** Resamples; 2000 settles the second decimal of a 95 % interval */
  readonly draws?: number
  /** In (0, 1); 0.95 by default */
  readonly confidence?: number
}

/**
 * Percentile bootstrap interval of a mean over cases: resample the cases with replacement, take the mean of each
 * resample, report the middle 95 % of those means. The same values and seed give the same interval.
 *
 * @param values - one per case, finite
 * @returns [low, high]; null without values. With one value both ends are that value: say "one case" beside it.
 * @see Efron & Tibshirani 1993, "An Introduction to the Bootstrap", §13.3
 */
export function bootstrapInterval(
  values: readonly number[],
  { seed, draws = 2000, confidence = 0.95 }: BootstrapOptions,
): [low: number, high: number] | null {
  const count = values.length
  if (count === 0) return null
  const picks = random(seed, 'bootstrap')
  const means = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++) {
    let total = 0
    for (let pick = 0; pick < count; pick++) {
      total += values[picks.integer(0, count - 1)] ?? 0
    }
    means[draw] = total / count
  }
  means.sort()
  const tail = ((1 - confidence) / 2) * 100
  return [percentile(means, tail), percentile(means, 100 - tail)]
}
