import type { Float32Tensor } from '../../engine'
import { float32 } from '../../tensor/tensor'
import { headPooling } from './config'

/**
 * What the head makes of an embedding first, ahead of time: means over squares of cells, where it is finer than the
 * head. Pooled embeddings of many slices fit into memory where they themselves do not. The weights are the same: a
 * finder trained on these reads the whole ones, each with the sizes of `finderConfig` for its own shape.
 *
 * @param features - [1, channels, side, side]
 * @returns [1, channels, side / n, side / n]; the same tensor where there is nothing to pool
 */
export function poolEmbedding(features: Float32Tensor): Float32Tensor {
  const [batch, channels, side] = features.shape as [number, number, number]
  const part = headPooling(side)
  if (part === 1) return features
  const coarse = side / part
  const sums = new Float32Array(batch * channels * coarse * coarse)
  const { data } = features
  for (let row = 0; row < batch * channels * side; row++) {
    const plane = Math.floor(row / side)
    const into = (plane * coarse + Math.floor((row % side) / part)) * coarse
    // Rows and columns lie within the planes that the sizes were taken from.
    for (let column = 0; column < side; column++) {
      sums[into + Math.floor(column / part)]! += data[row * side + column]!
    }
  }
  const share = 1 / (part * part)
  return float32(
    [batch, channels, coarse, coarse],
    sums.map(sum => sum * share),
  )
}
