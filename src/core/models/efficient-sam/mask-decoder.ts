import { concat, expand, gelu, matmul, reshape, slice, transpose } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { inRowTiles } from '../../graph/row-tiles'
import type { GroupStatistics } from '../../nn/layer-norm'
import { groupNorm1, groupStatistics } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import { unfold, upscale } from '../../nn/upscaling'
import type { EfficientSamConfig } from './config'
import { gridSide } from './config'
import type { Trace } from './trace'
import { twoWayTransformer } from './transformer'

const epsilon = 1e-5

export interface DecoderInputs {
  /** [images, decoderDim, side, side] */
  readonly embedding: Value
  /** [images * queries, promptTokens, decoderDim]; queries of one image stand together */
  readonly prompts: Value
  /** [side * side, decoderDim] */
  readonly keyPosition: Value
}

export interface DecoderOutputs {
  /** Masks 1 to 3, [images * queries, 3, 4 * side, 4 * side] logits */
  readonly lowRes: Value
  /** [images * queries, 3] */
  readonly predictedIou: Value
}

function hyperNetwork(
  g: OpBuilder,
  config: EfficientSamConfig,
  token: Value,
  weight: WeightOf,
  mask: number,
): Value {
  const prefix = `output_hypernetworks_mlps.${mask}`
  const first = gelu(g, linear(g, token, config.decoderDim, weight, `${prefix}.layers.0.0`))
  const second = gelu(g, linear(g, first, config.decoderDim, weight, `${prefix}.layers.1.0`))
  return linear(g, second, config.upscalingDims[1], weight, `${prefix}.fc`)
}

function iouHead(g: OpBuilder, config: EfficientSamConfig, token: Value, weight: WeightOf): Value {
  const prefix = 'iou_prediction_head'
  const first = gelu(g, linear(g, token, config.decoderDim, weight, `${prefix}.layers.0.0`))
  const second = gelu(g, linear(g, first, config.decoderDim, weight, `${prefix}.layers.1.0`))
  return linear(g, second, config.maskTokens, weight, `${prefix}.fc`)
}

/** What a decoder is built with besides its inputs. */
export interface DecoderOptions {
  readonly weight: WeightOf
  readonly trace?: Trace
  /** Positions at most of the tiles in which a lone query's masks are upscaled; null: all at once */
  readonly rows?: number | null
}

const layers = 'final_output_upscaling_layers'

/**
 * Keys upscaled twice, each position beside its four children, and read by the masks' vectors.
 *
 * @param x - [batch, positions * 4, channels], upscaled once
 * @param hyper - [batch, channels, masks]
 * @returns [batch, positions * 16, masks]
 */
function masksOnChildren(
  g: OpBuilder,
  config: EfficientSamConfig,
  x: Value,
  { statistics, hyper }: { readonly statistics: GroupStatistics; readonly hyper: Value },
  { weight, trace }: { readonly weight: WeightOf; readonly trace: Trace },
): Value {
  const side = gridSide(config)
  const normal = groupNorm1(g, x, statistics, weight, `${layers}.0.1`)
  trace('dec.up0.1', () => unfold(g, normal, side, 1))
  const active = gelu(g, normal)
  trace('dec.up0.2', () => unfold(g, active, side, 1))
  const up1 = upscale(g, active, config.upscalingDims[1], weight, `${layers}.1.0`)
  trace('dec.up1.0', () => unfold(g, up1, side, 2))
  trace('dec.up1.1', () => unfold(g, up1, side, 2))
  const picture = gelu(g, up1)
  trace('dec.up1.2', () => unfold(g, picture, side, 2))
  return matmul(g, picture, hyper)
}

/** @returns [batch, masks, 4 * side, 4 * side] */
function masksOf(
  g: OpBuilder,
  config: EfficientSamConfig,
  { keys, hyper }: { readonly keys: Value; readonly hyper: Value },
  { weight, trace = () => undefined, rows = null }: DecoderOptions,
): Value {
  const side = gridSide(config)
  const up0 = upscale(g, keys, config.upscalingDims[0], weight, `${layers}.0.0`)
  trace('dec.up0.0', () => unfold(g, up0, side, 1))
  const statistics = groupStatistics(g, up0, epsilon)
  const [batch, positions, channels] = up0.shape as [number, number, number]
  const masks = hyper.shape[2] as number
  if (batch > 1 || rows === null) {
    return unfold(g, masksOnChildren(g, config, up0, { statistics, hyper }, { weight, trace }), side, 2)
  }
  const [children] = inRowTiles(g, [reshape(g, up0, [positions, channels])], rows, (tile, [own], whole) => {
    const count = own?.shape[0] ?? 0
    const inner = {
      statistics: { mean: whole(statistics.mean), deviation: whole(statistics.deviation) },
      hyper: whole(hyper),
    }
    const x = reshape(tile, own as Value, [1, count, channels])
    const read = masksOnChildren(tile, config, x, inner, {
      weight: (name, shape) => whole(weight(name, shape)),
      trace,
    })
    return [reshape(tile, read, [count, 4 * masks])]
  })
  return unfold(g, reshape(g, children as Value, [1, positions * 4, masks]), side, 2)
}

/** Image embedding and prompt tokens to masks and their predicted IoU. */
export function maskDecoder(
  g: OpBuilder,
  config: EfficientSamConfig,
  inputs: DecoderInputs,
  options: DecoderOptions,
): DecoderOutputs {
  const { weight, trace = () => undefined } = options
  const side = gridSide(config)
  const { decoderDim: dim, maskTokens } = config
  const images = inputs.embedding.shape[0] as number
  const batch = inputs.prompts.shape[0] as number
  const outputTokens = concat(
    g,
    [weight('iou_token.weight', [1, dim]), weight('mask_tokens.weight', [maskTokens, dim])],
    0,
  )
  const tokens = concat(
    g,
    [
      expand(g, reshape(g, outputTokens, [1, 1 + maskTokens, dim]), [batch, 1 + maskTokens, dim]),
      inputs.prompts,
    ],
    1,
  )
  trace('dec.tokens', () => tokens)
  const cells = transpose(g, reshape(g, inputs.embedding, [images, dim, side * side]), [0, 2, 1])
  const tiled = expand(g, reshape(g, cells, [images, 1, side * side, dim]), [
    images,
    batch / images,
    side * side,
    dim,
  ])
  const { queries, keys } = twoWayTransformer(
    g,
    config,
    { queries: tokens, keys: reshape(g, tiled, [batch, side * side, dim]) },
    { keyPosition: inputs.keyPosition, weight, trace },
  )
  const token = (index: number): Value => reshape(g, slice(g, queries, 1, index, index + 1), [batch, dim])
  const masksFrom = (from: number): Value => {
    const vectors = Array.from({ length: maskTokens - from }, (_, i) =>
      reshape(g, hyperNetwork(g, config, token(1 + from + i), weight, from + i), [
        batch,
        1,
        config.upscalingDims[1],
      ]),
    )
    const hyper = concat(g, vectors, 1) // [batch, masks, channels]
    trace(from === 0 ? 'dec.hyper_in' : 'dec.hyper_multi', () => hyper)
    return masksOf(g, config, { keys, hyper: transpose(g, hyper, [0, 2, 1]) }, options)
  }
  trace('dec.masks_all', () => masksFrom(0))
  const iou = iouHead(g, config, token(0), weight)
  trace('dec.iou_all', () => iou)
  return { lowRes: masksFrom(1), predictedIou: slice(g, iou, 1, 1, maskTokens) }
}
