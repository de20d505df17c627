import { add, concat, expand, gelu, matmul, relu, reshape, slice, transpose } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { MedSamLiteConfig } from './config'
import { gridSide } from './config'
import { twoWayTransformer } from './transformer'
import { unfold, upscale } from '../../nn/upscaling'

/** Of the channel norm between the two upscalings. */
const epsilon = 1e-6

/** SAM keeps its first mask for prompts that mean one object (`single`), the others for ambiguous ones (`multi`). */
export type MaskOutput = 'single' | 'multi'

export interface DecoderInputs {
  /** [images, decoderDim, side, side] */
  readonly embedding: Value
  /** Added to every cell of the embedding, [1, decoderDim] */
  readonly noMask: Value
  /** [images * queries, tokens, decoderDim]; queries of one image stand together */
  readonly prompts: Value
  /** [side * side, decoderDim] */
  readonly keyPosition: Value
}

export interface DecoderOutputs {
  /** [images * queries, masks, 4 * side, 4 * side] logits: mask 0, or those behind it */
  readonly lowRes: Value
  /** [images * queries, masks] */
  readonly predictedIou: Value
}

/** The output's masks: the first and the one after the last. */
export const maskRange = ({ maskTokens }: MedSamLiteConfig, output: MaskOutput): readonly [number, number] =>
  output === 'single' ? [0, 1] : [1, maskTokens]

/** Three linear layers with ReLU between. */
function perceptron(
  g: OpBuilder,
  x: Value,
  { width, out }: { readonly width: number; readonly out: number },
  weight: WeightOf,
  prefix: string,
): Value {
  const first = relu(g, linear(g, x, width, weight, `${prefix}.layers.0`))
  const second = relu(g, linear(g, first, width, weight, `${prefix}.layers.1`))
  return linear(g, second, out, weight, `${prefix}.layers.2`)
}

/** [batch, cells * 16, channels]: the picture that the masks are read from, children beside their cell. */
function upscaledKeys(g: OpBuilder, config: MedSamLiteConfig, keys: Value, weight: WeightOf): Value {
  const [inner, outer] = config.upscalingDims
  const first = upscale(g, keys, inner, weight, 'output_upscaling.0')
  const active = gelu(g, layerNorm(g, first, epsilon, weight, 'output_upscaling.1'))
  return gelu(g, upscale(g, active, outer, weight, 'output_upscaling.3'))
}

/** What the transformer starts from: IoU and mask tokens before each prompt's, and each image once a query. */
function startOf(g: OpBuilder, config: MedSamLiteConfig, inputs: DecoderInputs, weight: WeightOf) {
  const { decoderDim: dim, maskTokens } = config
  const cells = gridSide(config) ** 2
  const images = inputs.embedding.shape[0] as number
  const batch = inputs.prompts.shape[0] as number
  const own = concat(
    g,
    [weight('iou_token.weight', [1, dim]), weight('mask_tokens.weight', [maskTokens, dim])],
    0,
  )
  const repeated = expand(g, reshape(g, own, [1, 1 + maskTokens, dim]), [batch, 1 + maskTokens, dim])
  const rows = transpose(g, reshape(g, inputs.embedding, [images, dim, cells]), [0, 2, 1])
  const located = reshape(g, add(g, rows, inputs.noMask), [images, 1, cells, dim])
  return {
    queries: concat(g, [repeated, inputs.prompts], 1), // [batch, 1 + maskTokens + tokens, dim]
    keys: reshape(g, expand(g, located, [images, batch / images, cells, dim]), [batch, cells, dim]),
  }
}

/**
 * Image embedding and prompt tokens to masks and their predicted IoU. Only what `output` asks for is computed.
 *
 * @see Kirillov et al. 2023, "Segment Anything", appendix A
 */
export function maskDecoder(
  g: OpBuilder,
  config: MedSamLiteConfig,
  inputs: DecoderInputs,
  weight: WeightOf,
  output: MaskOutput,
): DecoderOutputs {
  const { decoderDim: dim, maskTokens } = config
  const batch = inputs.prompts.shape[0] as number
  const [from, to] = maskRange(config, output)
  const { queries, keys } = twoWayTransformer(g, config, startOf(g, config, inputs, weight), {
    keyPosition: inputs.keyPosition,
    weight,
  })
  const token = (index: number): Value => reshape(g, slice(g, queries, 1, index, index + 1), [batch, dim])
  const picture = upscaledKeys(g, config, keys, weight)
  const channels = config.upscalingDims[1]
  const vectors = Array.from({ length: to - from }, (_, index) => {
    const mask = from + index
    const options = { width: dim, out: channels }
    const vector = perceptron(g, token(1 + mask), options, weight, `output_hypernetworks_mlps.${mask}`)
    return reshape(g, vector, [batch, 1, channels])
  })
  const hyper = transpose(g, concat(g, vectors, 1), [0, 2, 1]) // [batch, channels, masks]
  const iou = perceptron(g, token(0), { width: dim, out: maskTokens }, weight, 'iou_prediction_head')
  return {
    lowRes: unfold(g, matmul(g, picture, hyper), gridSide(config), 2),
    predictedIou: slice(g, iou, 1, from, to),
  }
}
