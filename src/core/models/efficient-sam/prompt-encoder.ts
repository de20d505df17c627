import { add, addScalar, concat, cos, matmul, mulScalar, reshape, sin } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'
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
 * Random Fourier features of points in the unit square.
 *
 * @param points - [..., 2], x and y in [0, 1]
 * @returns [..., decoderDim]
 * @see Tancik et al. 2020, "Fourier Features Let Networks Learn High Frequency Functions"
 */
function fourier(g: OpBuilder, config: EfficientSamConfig, points: Value, weight: WeightOf): Value {
  const half = config.decoderDim / 2
  const frequencies = weight('pe_layer.positional_encoding_gaussian_matrix', [2, half])
  const centred = addScalar(g, mulScalar(g, points, 2), -1)
  const angles = mulScalar(g, matmul(g, centred, frequencies), 2 * Math.PI)
  return concat(g, [sin(g, angles), cos(g, angles)], points.shape.length - 1)
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
  return add(g, fourier(g, config, centres, weight), matmul(g, prompts.labels, vectors))
}

/** Position code of every cell of the embedding: [tokens, decoderDim]. */
export function densePositionCode(g: OpBuilder, config: EfficientSamConfig, weight: WeightOf): Value {
  const side = gridSide(config)
  const centres = new Float32Array(2 * side * side)
  for (let cell = 0; cell < side * side; cell++) {
    centres[2 * cell] = ((cell % side) + 0.5) / side
    centres[2 * cell + 1] = (Math.floor(cell / side) + 0.5) / side
  }
  return reshape(g, fourier(g, config, g.constant([side * side, 2], centres), weight), [
    side * side,
    config.decoderDim,
  ])
}
