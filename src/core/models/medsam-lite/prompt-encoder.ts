import { add, addScalar, concat, matmul, mul, mulScalar, neg, slice } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'
import { gridPositionCode, positionCode } from '../../nn/position-code'
import { oneHotRows } from '../prompt-inputs'
import type { LabelledPoint, PromptTokens } from '../prompt-tokens'
import { promptLabel } from '../prompt-tokens'
import type { MedSamLiteConfig } from './config'
import { gridSide } from './config'
import type { MaskOutput } from './mask-decoder'

/** Columns of the one-hot labels: padding first, then the official order of `point_embeddings`. */
export const labelColumns = [
  promptLabel.padding,
  promptLabel.negative,
  promptLabel.point,
  promptLabel.topLeft,
  promptLabel.bottomRight,
] as const
export const labelColumnCount = labelColumns.length

/** One row a token: which learned vector it gets; a row of zeros gets none. */
export const oneHotLabels = (labels: ArrayLike<number>): Float32Array => oneHotRows(labels, labelColumns)

/** SAM was trained with one token of padding behind clicks that no box comes with, and with none behind a box. */
export function tokensOf(points: readonly LabelledPoint[]): number {
  const { topLeft, bottomRight } = promptLabel
  const hasBox = points.some(({ label }) => label === topLeft || label === bottomRight)
  return points.length + (hasBox ? 0 : 1)
}

/** A lone click may mean many things, and gets the masks for ambiguous prompts; whatever says more gets the one. */
export function outputOf({ labels }: PromptTokens): MaskOutput {
  const given = labels.filter(label => label !== promptLabel.padding)
  return given.length === 1 && given[0] === promptLabel.point ? 'multi' : 'single'
}

/**
 * Prompts to tokens: position code plus the vector of the label. Padding has its vector alone.
 *
 * @param points - [batch, tokens, 2], pixels of the model's square
 * @param labels - [batch, tokens, 5] from `oneHotLabels`
 * @returns [batch, tokens, decoderDim]
 * @see Kirillov et al. 2023, "Segment Anything", appendix A, prompt encoder
 */
export function promptEncoder(
  g: OpBuilder,
  config: MedSamLiteConfig,
  { points, labels }: { readonly points: Value; readonly labels: Value },
  weight: WeightOf,
): Value {
  const dim = config.decoderDim
  const centres = mulScalar(g, addScalar(g, points, 0.5), 1 / config.resolution)
  const clicks = labelColumns.slice(1).map((_, index) => weight(`point_embeddings.${index}.weight`, [1, dim]))
  const vectors = concat(g, [weight('not_a_point_embed.weight', [1, dim]), ...clicks], 0) // [5, dim]
  const isPoint = addScalar(g, neg(g, slice(g, labels, 2, 0, 1)), 1) // [batch, tokens, 1]
  return add(g, mul(g, positionCode(g, centres, dim, weight), isPoint), matmul(g, labels, vectors))
}

/** What stands for "no mask was given" in each cell of the embedding, [1, decoderDim]. */
export const noMask = (config: MedSamLiteConfig, weight: WeightOf): Value =>
  weight('no_mask_embed.weight', [1, config.decoderDim])

/**
 * Position code of the cells of the embedding, in row-major order.
 *
 * @returns [side * side, decoderDim]
 */
export function densePositionCode(g: OpBuilder, config: MedSamLiteConfig, weight: WeightOf): Value {
  return gridPositionCode(g, gridSide(config), config.decoderDim, weight)
}
