import type { RunLengths } from './rle'

/**
 * Dice of two masks of one size, without decoding them: 2 |A∩B| / (|A| + |B|).
 *
 * @returns in [0, 1]; null when both are empty and nothing can be said
 */
export function diceOfRuns(a: RunLengths, b: RunLengths): number | null {
  const both = areaOfRuns(a) + areaOfRuns(b)
  return both === 0 ? null : (2 * sharedArea(a, b)) / both
}

/** @returns pixels that are set */
export function areaOfRuns(runs: RunLengths): number {
  return runs.reduce((sum, run, index) => (index % 2 === 1 ? sum + run : sum), 0)
}

/** Pixels that both have: a walk through both at once. */
export function sharedArea(a: RunLengths, b: RunLengths): number {
  let shared = 0
  let [indexA, indexB] = [0, 0]
  let [leftA, leftB] = [a[0] ?? 0, b[0] ?? 0]
  while (indexA < a.length && indexB < b.length) {
    const step = Math.min(leftA, leftB)
    if (indexA % 2 === 1 && indexB % 2 === 1) shared += step
    leftA -= step
    leftB -= step
    if (leftA === 0) leftA = a[++indexA] ?? 0
    if (leftB === 0) leftB = b[++indexB] ?? 0
  }
  return shared
}
