import { add, gelu } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { multiHeadAttention } from '../../nn/attention'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { EfficientSamConfig } from './config'
import type { Trace } from './trace'

/** The decoder's norms; the encoder has 1e-6. */
const epsilon = 1e-5

export interface Streams {
  /** [batch, tokens, dim] */
  readonly queries: Value
  /** [batch, cells, dim] */
  readonly keys: Value
}

interface Positions {
  /** The prompt tokens themselves, added again at each attention */
  readonly queries: Value
  /** Position code of the cells, [cells, dim] */
  readonly keys: Value
}

/**
 * Two-way block: tokens among themselves, tokens to image, an MLP on tokens, image to tokens; each with a residual sum
 * and a norm. Unlike SAM's, the first layer's self-attention keeps its residual.
 */
function twoWayBlock(
  g: OpBuilder,
  config: EfficientSamConfig,
  streams: Streams,
  positions: Positions,
  { layer, weight, trace }: { readonly layer: number; readonly weight: WeightOf; readonly trace: Trace },
): Streams {
  const prefix = `transformer.layers.${layer}`
  const { decoderHeads: heads, decoderDim: dim, attentionDim } = config
  const seen = (name: string, value: Value): Value => {
    trace(`dec.layer${layer}.${name}`, () => value)
    return value
  }
  const norm = (x: Value, name: string): Value =>
    seen(name, layerNorm(g, x, epsilon, weight, `${prefix}.${name}`))
  const attend = (name: string, width: number, q: Value, k: Value, v: Value): Value =>
    seen(
      name,
      multiHeadAttention(g, { q, k, v }, weight, { heads, attentionDim: width, prefix: `${prefix}.${name}` }),
    )
  let queries = layer === 0 ? streams.queries : add(g, streams.queries, positions.queries)
  queries = norm(add(g, queries, attend('self_attn', dim, queries, queries, queries)), 'norm1')

  const located = add(g, streams.keys, positions.keys)
  const fromImage = attend(
    'cross_attn_token_to_image',
    attentionDim,
    add(g, queries, positions.queries),
    located,
    streams.keys,
  )
  queries = norm(add(g, queries, fromImage), 'norm2')

  const hidden = gelu(g, linear(g, queries, config.decoderMlpDim, weight, `${prefix}.mlp.layers.0.0`))
  queries = norm(add(g, queries, seen('mlp', linear(g, hidden, dim, weight, `${prefix}.mlp.fc`))), 'norm3')

  const toImage = attend(
    'cross_attn_image_to_token',
    attentionDim,
    located,
    add(g, queries, positions.queries),
    queries,
  )
  return { queries, keys: norm(add(g, streams.keys, toImage), 'norm4') }
}

/** @see Kirillov et al. 2023, "Segment Anything", appendix A, mask decoder */
export function twoWayTransformer(
  g: OpBuilder,
  config: EfficientSamConfig,
  streams: Streams,
  {
    keyPosition,
    weight,
    trace,
  }: { readonly keyPosition: Value; readonly weight: WeightOf; readonly trace: Trace },
): Streams {
  const positions = { queries: streams.queries, keys: keyPosition }
  let { queries, keys } = streams
  for (let layer = 0; layer < config.decoderDepth; layer++) {
    const next = twoWayBlock(g, config, { queries, keys }, positions, { layer, weight, trace })
    queries = next.queries
    keys = next.keys
  }
  const attended = multiHeadAttention(
    g,
    { q: add(g, queries, positions.queries), k: add(g, keys, keyPosition), v: keys },
    weight,
    {
      heads: config.decoderHeads,
      attentionDim: config.attentionDim,
      prefix: 'transformer.final_attn_token_to_image',
    },
  )
  trace('dec.final_attn', () => attended)
  queries = layerNorm(g, add(g, queries, attended), epsilon, weight, 'transformer.norm_final_attn')
  trace('dec.queries_out', () => queries)
  trace('dec.keys_out', () => keys)
  return { queries, keys }
}
