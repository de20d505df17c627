import { add, addScalar, concat, matmul, mulScalar } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'
import { gridPositionCode, positionCode } from '../../nn/position-code'
import { promptLabel } from '../prompt-tokens'
import type { EfficientSamConfig } from './config'
import { gridSide } from './config'

/** Columns of the one-hot labels, in the order of the vectors that they select. */
const labelColumns = [
  promptLabel.padding,
  promptLabel.point,
  promptLabel.topLeft,
  promptLabel.bottomRight,
] as const
export const labelColumnCount = labelColumns.length

/** One row a token: which learned vector it gets; a row of zeros gets none. */
export function oneHotLabels(labels: ArrayLike<number>): Float32Array {
  const rows = new Float32Array(labels.length * labelColumnCount)
  for (let token = 0; token < labels.length; token++) {
    const column = labelColumns.findIndex(label => label === labels[token])
    if (column >= 0) rows[token * labelColumnCount + column] = 1
  }
  return rows
}

/**
 * Prompts to tokens: position code plus the vector of the label.
 *
 * @param points - [batch, promptTokens, 2], pixels of the model's square; padding is (-1, -1)
 * @param labels - [batch, promptTokens, 4] from `oneHotLabels`
 * @returns [batch, promptTokens, decoderDim]
 */
export function promptEncoder(
  g: OpBuilder,
  config: EfficientSamConfig,
  prompts: { readonly points: Value; readonly labels: Value },
  weight: WeightOf,
): Value {
  const dim = config.decoderDim
  const centres = mulScalar(g, addScalar(g, prompts.points, 0.5), 1 / config.resolution)
  const vectors = concat(
    g,
    ['invalid_points', 'point_embeddings', 'bbox_top_left_embeddings', 'bbox_bottom_right_embeddings'].map(
      name => weight(`${name}.weight`, [1, dim]),
    ),
    0,
  ) // [4, dim]
  return add(g, positionCode(g, centres, dim, weight), matmul(g, prompts.labels, vectors))
}

/** Position code of every cell of the embedding: [tokens, decoderDim]. */
export function densePositionCode(g: OpBuilder, config: EfficientSamConfig, weight: WeightOf): Value {
  return gridPositionCode(g, gridSide(config), config.decoderDim, weight)
}
