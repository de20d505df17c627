import { add, addScalar, concat, matmul, mulScalar } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'
import { gridPositionCode, positionCode } from '../../nn/position-code'
import { promptLabel } from '../prompt-tokens'
import type { EfficientSamConfig } from './config'
import { gridSide } from './config'

/** Labels that the official weights have a vector for. */
const officialColumns = [
  promptLabel.padding,
  promptLabel.point,
  promptLabel.topLeft,
  promptLabel.bottomRight,
] as const

/** Columns of the one-hot labels, in the order of the vectors that they select. */
export const labelColumnsOf = ({
  negativeClicks,
}: Pick<EfficientSamConfig, 'negativeClicks'>): readonly number[] =>
  negativeClicks ? [...officialColumns, promptLabel.negative] : officialColumns

/** The weights of the prompt encoder: the official ones, and those that stand beside them. */
export interface PromptWeights {
  readonly official: WeightOf
  readonly beside: WeightOf
}

/**
 * Prompts to tokens: position code plus the vector of the label.
 *
 * @param points - [batch, promptTokens, 2], pixels of the model's square; padding is (-1, -1)
 * @param labels - [batch, promptTokens, columns] from `oneHotRows`
 * @returns [batch, promptTokens, decoderDim]
 */
export function promptEncoder(
  g: OpBuilder,
  config: EfficientSamConfig,
  prompts: { readonly points: Value; readonly labels: Value },
  { official, beside }: PromptWeights,
): Value {
  const dim = config.decoderDim
  const centres = mulScalar(g, addScalar(g, prompts.points, 0.5), 1 / config.resolution)
  const vectors = [
    'invalid_points',
    'point_embeddings',
    'bbox_top_left_embeddings',
    'bbox_bottom_right_embeddings',
  ].map(name => official(`${name}.weight`, [1, dim]))
  if (config.negativeClicks) vectors.push(beside('negative_click.weight', [1, dim]))
  const table = concat(g, vectors, 0) // [columns, dim]
  return add(g, positionCode(g, centres, dim, official), matmul(g, prompts.labels, table))
}

/** Position code of every cell of the embedding: [tokens, decoderDim]. */
export function densePositionCode(g: OpBuilder, config: EfficientSamConfig, weight: WeightOf): Value {
  return gridPositionCode(g, gridSide(config), config.decoderDim, weight)
}
