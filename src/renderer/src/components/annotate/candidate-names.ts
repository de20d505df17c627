export type CandidateName = 'whole' | 'inner' | 'outer' | 'alike'

/** Areas that differ by less than this part look the same. */
const alike = 0.03

/**
 * Three masks answer a prompt, best first. The best is the whole; of the others the smaller lies inside, the larger
 * reaches beyond: their size against the best one says which. Sure answers are much alike.
 */
export function candidateNames(areas: readonly number[]): readonly CandidateName[] {
  const best = areas[0] ?? 0
  return areas.map((area, index) => {
    if (index === 0) return 'whole'
    if (Math.abs(area - best) < alike * best) return 'alike'
    return area < best ? 'inner' : 'outer'
  })
}
