import { add, matmul, mulScalar, reshape, softmax, transpose } from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import type { WeightOf } from './linear'
import { linear } from './linear'

interface AttentionOptions {
  readonly heads: number
  /** Width of q, k and v together over all heads */
  readonly attentionDim: number
  readonly prefix: string
}

/** [batch, tokens, heads * headDim] as [batch, heads, tokens, headDim] */
function separateHeads(g: OpBuilder, x: Value, heads: number): Value {
  const [batch, tokens, width] = x.shape as [number, number, number]
  return transpose(g, reshape(g, x, [batch, tokens, heads, width / heads]), [0, 2, 1, 3])
}

interface Streams {
  /** [batch, queries, width] */
  readonly q: Value
  /** [batch, keys, width] */
  readonly k: Value
  /** [batch, keys, width] */
  readonly v: Value
}

/**
 * Multi-head attention with its own projections of q, k and v, as in SAM's mask decoder.
 *
 * Between the cells of a picture and a few tokens the cells' projections are not computed: a product with a projected
 * array is one with the array itself and weights taken over to the tokens' side, (x W^T) t = x (W^T t). That is less
 * work while heads times tokens are fewer than the channels that attention has, and it leaves the cells where they are.
 *
 * @returns [batch, queries, width], before any residual sum
 */
export function multiHeadAttention(
  g: OpBuilder,
  streams: Streams,
  weight: WeightOf,
  options: AttentionOptions,
): Value {
  const { heads, attentionDim } = options
  const [queries, keys] = [streams.q.shape[1] as number, streams.k.shape[1] as number]
  const isFew = (tokens: number): boolean => heads * tokens <= attentionDim
  if (queries < keys && isFew(queries)) return fewQueries(g, streams, weight, options)
  if (keys < queries && isFew(keys)) return fewKeys(g, streams, weight, options)
  return plainAttention(g, streams, weight, options)
}

/** A projection of one stream, [batch, heads, tokens, headDim]. */
function projected(
  g: OpBuilder,
  x: Value,
  weight: WeightOf,
  { heads, attentionDim, prefix }: AttentionOptions,
  name: string,
): Value {
  return separateHeads(g, linear(g, x, attentionDim, weight, `${prefix}.${name}`), heads)
}

const scaled = (g: OpBuilder, x: Value): Value => mulScalar(g, x, 1 / Math.sqrt(x.shape.at(-1) as number))

/** Heads side by side again, [batch, tokens, heads * headDim], and the last projection. */
function joined(g: OpBuilder, out: Value, width: number, weight: WeightOf, prefix: string): Value {
  const [batch, heads, tokens, headDim] = out.shape as [number, number, number, number]
  const rows = reshape(g, transpose(g, out, [0, 2, 1, 3]), [batch, tokens, heads * headDim])
  return linear(g, rows, width, weight, `${prefix}.out_proj`)
}

function plainAttention(
  g: OpBuilder,
  { q, k, v }: Streams,
  weight: WeightOf,
  options: AttentionOptions,
): Value {
  const keys = transpose(g, projected(g, k, weight, options, 'k_proj'), [0, 1, 3, 2]) // [batch, heads, headDim, keys]
  const scores = matmul(g, scaled(g, projected(g, q, weight, options, 'q_proj')), keys)
  const out = matmul(g, softmax(g, scores), projected(g, v, weight, options, 'v_proj')) // [batch, heads, queries, headDim]
  return joined(g, out, q.shape[2] as number, weight, options.prefix)
}

/** The weights of a projection by head, [heads, headDim, width], and its bias, [heads, headDim]. */
function byHead(
  g: OpBuilder,
  width: number,
  weight: WeightOf,
  { heads, attentionDim, prefix }: AttentionOptions,
  name: string,
): { readonly matrix: Value; readonly bias: Value } {
  const headDim = attentionDim / heads
  return {
    matrix: reshape(g, weight(`${prefix}.${name}.weight`, [attentionDim, width]), [heads, headDim, width]),
    bias: reshape(g, weight(`${prefix}.${name}.bias`, [attentionDim]), [heads, headDim, 1]),
  }
}

function fewQueries(g: OpBuilder, { q, k, v }: Streams, weight: WeightOf, options: AttentionOptions): Value {
  const { heads, attentionDim } = options
  const [batch, queries, width] = q.shape as [number, number, number]
  const ofKeys = byHead(g, k.shape[2] as number, weight, options, 'k_proj')
  const ofValues = byHead(g, v.shape[2] as number, weight, options, 'v_proj')
  const tokens = scaled(g, projected(g, q, weight, options, 'q_proj'))
  const probes = reshape(g, matmul(g, tokens, ofKeys.matrix), [batch, heads * queries, k.shape[2] as number])
  const offsets = reshape(g, matmul(g, tokens, ofKeys.bias), [batch, heads * queries, 1])
  const scores = add(g, matmul(g, probes, transpose(g, k, [0, 2, 1])), offsets) // [batch, heads * queries, keys]
  const seen = matmul(g, softmax(g, scores), v) // [batch, heads * queries, width]
  const byHeads = reshape(g, seen, [batch, heads, queries, v.shape[2] as number])
  const out = add(
    g,
    matmul(g, byHeads, transpose(g, ofValues.matrix, [0, 2, 1])),
    reshape(g, ofValues.bias, [heads, 1, attentionDim / heads]),
  ) // [batch, heads, queries, headDim]
  return joined(g, out, width, weight, options.prefix)
}

function fewKeys(g: OpBuilder, { q, k, v }: Streams, weight: WeightOf, options: AttentionOptions): Value {
  const { heads, attentionDim, prefix } = options
  const [batch, queries, width] = q.shape as [number, number, number]
  const keys = k.shape[1] as number
  const ofQueries = byHead(g, width, weight, options, 'q_proj')
  const tokens = scaled(g, projected(g, k, weight, options, 'k_proj'))
  const probes = reshape(g, matmul(g, tokens, ofQueries.matrix), [batch, heads * keys, width])
  const offsets = reshape(g, matmul(g, tokens, ofQueries.bias), [batch, 1, heads * keys])
  const scores = add(g, matmul(g, q, transpose(g, probes, [0, 2, 1])), offsets) // [batch, queries, heads * keys]
  const shares = softmax(g, reshape(g, scores, [batch, queries, heads, keys]))
  const last = reshape(g, weight(`${prefix}.out_proj.weight`, [width, attentionDim]), [
    width,
    heads,
    attentionDim / heads,
  ])
  const outcomes = matmul(g, projected(g, v, weight, options, 'v_proj'), transpose(g, last, [1, 2, 0])) // [batch, heads, keys, width]
  const out = matmul(
    g,
    reshape(g, shares, [batch, queries, heads * keys]),
    reshape(g, outcomes, [batch, heads * keys, width]),
  )
  return add(g, out, weight(`${prefix}.out_proj.bias`, [width])) // [batch, queries, width]
}
