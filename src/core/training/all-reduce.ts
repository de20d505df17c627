import type { ParameterRange } from './optimizers'

/**
 * Adds the parts to `sum`, in their order, so that the same parts give the same bits.
 *
 * The second half of an all-reduce, handing the sum back to every rank, is not needed: all of them see the same weights.
 *
 * @param sum - one part already; all arrays are of one length
 * @param ranges - the stretches that count; the rest is left alone
 */
export function allReduce(
  sum: Float32Array,
  parts: readonly Float32Array[],
  ranges: readonly ParameterRange[],
): void {
  for (const part of parts) {
    for (const { start, end } of ranges) {
      // Ranges lie within the arrays.
      for (let i = start; i < end; i++) sum[i]! += part[i]!
    }
  }
}
