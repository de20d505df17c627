export type CandidateName = 'whole' | 'inner' | 'outer'

/**
 * Three masks answer a prompt, best first. The best is the whole; of the others the smaller lies inside, the larger
 * reaches beyond: their size against the best one says which.
 */
export function candidateNames(areas: readonly number[]): readonly CandidateName[] {
  const best = areas[0] ?? 0
  return areas.map((area, index) => (index === 0 ? 'whole' : area < best ? 'inner' : 'outer'))
}
