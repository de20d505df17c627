import { random } from '../../src/core/random'

/** Ranks from 1; equal values share the mean of theirs. */
export function ranksOf(values: readonly number[]): number[] {
  return values.map(value => {
    const below = values.filter(other => other < value).length
    const equal = values.filter(other => other === value).length
    return below + (equal + 1) / 2
  })
}

/** Spearman's rank correlation, in [-1, 1]; 0 where one of the two does not vary. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [x, y] = [ranksOf(a), ranksOf(b)]
  const middle = (a.length + 1) / 2
  let [xy, xx, yy] = [0, 0, 0]
  x.forEach((rank, index) => {
    const [dx, dy] = [rank - middle, (y[index] ?? middle) - middle]
    xy += dx * dy
    xx += dx * dx
    yy += dy * dy
  })
  return xx === 0 || yy === 0 ? 0 : xy / Math.sqrt(xx * yy)
}

/**
 * How often a random order ranks at least as well: the one-sided p-value of a permutation test.
 *
 * @param draws - random orders, besides the real one
 */
export function permutationP(a: readonly number[], b: readonly number[], draws = 10_000): number {
  const found = spearman(a, b)
  const generator = random(0, 'uncertainty-permutation')
  let asGood = 0
  for (let draw = 0; draw < draws; draw++) {
    const order = generator.shuffle(b.length)
    if (
      spearman(
        a,
        order.map(index => b[index] ?? 0),
      ) >= found
    )
      asGood++
  }
  return (asGood + 1) / (draws + 1)
}

/** Mean error of what a person sees first: the given part of all, most uncertain first. */
export function errorOfFirst(
  uncertainty: readonly number[],
  errors: readonly number[],
  part: number,
): number {
  const order = uncertainty
    .map((_, index) => index)
    .sort((a, b) => (uncertainty[b] ?? 0) - (uncertainty[a] ?? 0))
  const first = order.slice(0, Math.max(1, Math.round(part * order.length)))
  return first.reduce((sum, index) => sum + (errors[index] ?? 0), 0) / first.length
}
