import { add, relu } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { multiHeadAttention } from '../../nn/attention'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { MedSamLiteConfig } from './config'

/** Of the decoder's layer norms. */
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
 * and a norm. In the first layer the tokens are their own position code, and what they attend to replaces them.
 */
function twoWayBlock(
  g: OpBuilder,
  config: MedSamLiteConfig,
  streams: Streams,
  positions: Positions,
  { layer, weight }: { readonly layer: number; readonly weight: WeightOf },
): Streams {
  const prefix = `transformer.layers.${layer}`
  const { decoderHeads: heads, decoderDim: dim, attentionDim } = config
  const norm = (x: Value, name: string): Value => layerNorm(g, x, epsilon, weight, `${prefix}.${name}`)
  const attend = (name: string, width: number, q: Value, k: Value, v: Value): Value =>
    multiHeadAttention(g, { q, k, v }, weight, { heads, attentionDim: width, prefix: `${prefix}.${name}` })
  const located = (queries: Value): Value => add(g, queries, positions.queries)

  const among = (q: Value): Value => attend('self_attn', dim, q, q, streams.queries)
  let queries = norm(
    layer === 0 ? among(streams.queries) : add(g, streams.queries, among(located(streams.queries))),
    'norm1',
  )
  const cells = add(g, streams.keys, positions.keys)
  const fromImage = attend('cross_attn_token_to_image', attentionDim, located(queries), cells, streams.keys)
  queries = norm(add(g, queries, fromImage), 'norm2')

  const hidden = relu(g, linear(g, queries, config.decoderMlpDim, weight, `${prefix}.mlp.lin1`))
  queries = norm(add(g, queries, linear(g, hidden, dim, weight, `${prefix}.mlp.lin2`)), 'norm3')

  const toImage = attend('cross_attn_image_to_token', attentionDim, cells, located(queries), queries)
  return { queries, keys: norm(add(g, streams.keys, toImage), 'norm4') }
}

/** @see Kirillov et al. 2023, "Segment Anything", appendix A, mask decoder */
export function twoWayTransformer(
  g: OpBuilder,
  config: MedSamLiteConfig,
  streams: Streams,
  { keyPosition, weight }: { readonly keyPosition: Value; readonly weight: WeightOf },
): Streams {
  const positions = { queries: streams.queries, keys: keyPosition }
  let { queries, keys } = streams
  for (let layer = 0; layer < config.decoderDepth; layer++) {
    const next = twoWayBlock(g, config, { queries, keys }, positions, { layer, weight })
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
  queries = layerNorm(g, add(g, queries, attended), epsilon, weight, 'transformer.norm_final_attn')
  return { queries, keys }
}
