import type { FinderPresence } from '../../../shared/domain/finder'
import type { SliceGeometry } from '../../imaging/geometry'

/** A slice that the finder had not seen. */
export interface PresenceCase {
  /** As of `presenceScore` */
  readonly score: number
  readonly hasObject: boolean
}

/** Cells whose mean is the score: one alone would make noise an object, more would overlook small objects. */
const peakCells = 4
/** Held-out slices of either kind without which nothing is learned. */
const fewestCases = 2
/** What stands in for a threshold that could not be learned: only a nearly blank map is called empty. */
const conservativeThreshold = 0.25
/** Scores are kept this far from 0 and 1, where the logit ends. */
const edge = 1e-4
/** Strength of the pull towards slope 1 and intercept 0, in cases */
const pull = 0.1

/**
 * How much a map speaks for an object anywhere in the slice.
 *
 * @param map - [side, side] probabilities on the model's square
 * @returns mean of the highest cells on the slice, in [0, 1]
 */
export function presenceScore(map: Float32Array, geometry: SliceGeometry): number {
  const side = Math.round(Math.sqrt(map.length))
  const { resolution, fittedHeight, fittedWidth } = geometry
  const [rows, columns] = [fittedHeight, fittedWidth].map(fitted => Math.ceil((fitted * side) / resolution))
  const inside = map.filter((_, at) => at % side < (columns ?? side) && at < (rows ?? side) * side)
  const highest = inside.sort().subarray(-peakCells)
  return highest.reduce((sum, value) => sum + value, 0) / Math.max(1, highest.length)
}

const logit = (score: number): number => {
  const kept = Math.min(1 - edge, Math.max(edge, score))
  return Math.log(kept / (1 - kept))
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

/** The probability that the slice holds an object of the class. */
export function presenceProbability(score: number, { slope, intercept }: FinderPresence): number {
  return sigmoid(slope * logit(score) + intercept)
}

/**
 * Learns from held-out slices when a score means "probably empty". The threshold is the one with the highest sum of
 * true "there" and true "empty" rates, in the middle of its gap; among equals the lowest, so that an object is rather
 * looked for in vain than overlooked. With too few slices of either kind nothing is learned: a quarter, or half the
 * lowest score of a slice with an object, whichever is less.
 */
export function calibratePresence(cases: readonly PresenceCase[]): FinderPresence {
  const positives = cases.filter(item => item.hasObject).map(item => item.score)
  const negatives = cases.filter(item => !item.hasObject).map(item => item.score)
  if (Math.min(positives.length, negatives.length) < fewestCases) {
    const threshold = Math.min(conservativeThreshold, ...positives.map(score => score / 2))
    return { threshold, slope: 1, intercept: 0, calibrated: false }
  }
  return {
    threshold: bestThreshold(positives, negatives),
    ...fitLogistic(positives, negatives),
    calibrated: true,
  }
}

function bestThreshold(positives: readonly number[], negatives: readonly number[]): number {
  const scores = [...new Set([...positives, ...negatives])].sort((a, b) => a - b)
  const share = (of: readonly number[], threshold: number): number =>
    of.filter(score => score >= threshold).length / of.length
  let best = { threshold: 0, gain: -Infinity }
  scores.forEach((score, index) => {
    const below = index === 0 ? 0 : (scores[index - 1] ?? 0)
    const threshold = (score + below) / 2
    const gain = share(positives, threshold) - share(negatives, threshold)
    if (gain > best.gain) best = { threshold, gain }
  })
  return best.threshold
}

/**
 * Logistic regression of two numbers by Newton's method. Targets are smoothed as Platt did and the parameters pulled
 * towards "believe the score", so that separable cases stay finite; the slope stays positive.
 *
 * @see Platt 1999, "Probabilistic outputs for support vector machines"; Lin et al. 2007, "A note on Platt's..."
 */
function fitLogistic(
  positives: readonly number[],
  negatives: readonly number[],
): Pick<FinderPresence, 'slope' | 'intercept'> {
  const high = (positives.length + 1) / (positives.length + 2)
  const low = 1 / (negatives.length + 2)
  const cases = [
    ...positives.map(score => ({ x: logit(score), target: high })),
    ...negatives.map(score => ({ x: logit(score), target: low })),
  ]
  let [slope, intercept] = [1, 0]
  for (let round = 0; round < 50; round++) {
    const step = newtonStep(cases, slope, intercept)
    slope = Math.max(0.05, slope + step.slope)
    intercept += step.intercept
    if (Math.abs(step.slope) + Math.abs(step.intercept) < 1e-9) break
  }
  return { slope, intercept }
}

function newtonStep(
  cases: readonly { readonly x: number; readonly target: number }[],
  slope: number,
  intercept: number,
): { slope: number; intercept: number } {
  let [gradientSlope, gradientIntercept] = [pull * (slope - 1), pull * intercept]
  let [xx, x1, one] = [pull, 0, pull]
  for (const { x, target } of cases) {
    const p = sigmoid(slope * x + intercept)
    // The floor keeps a step finite where every case is certain.
    const curvature = Math.max(1e-3, p * (1 - p))
    gradientSlope += (p - target) * x
    gradientIntercept += p - target
    xx += curvature * x * x
    x1 += curvature * x
    one += curvature
  }
  const determinant = xx * one - x1 * x1
  return {
    slope: -(one * gradientSlope - x1 * gradientIntercept) / determinant,
    intercept: -(xx * gradientIntercept - x1 * gradientSlope) / determinant,
  }
}
