import { matmul, mulScalar, reshape, softmax, transpose } from '../graph/functions'
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

/**
 * Multi-head attention with its own projections of q, k and v, as in SAM's mask decoder.
 *
 * @param q - [batch, queries, width]
 * @param k - [batch, keys, width]
 * @param v - [batch, keys, width]
 * @returns [batch, queries, width], before any residual sum
 */
export function multiHeadAttention(
  g: OpBuilder,
  { q, k, v }: { readonly q: Value; readonly k: Value; readonly v: Value },
  weight: WeightOf,
  { heads, attentionDim, prefix }: AttentionOptions,
): Value {
  const [batch, queries, width] = q.shape as [number, number, number]
  const project = (x: Value, name: string): Value =>
    separateHeads(g, linear(g, x, attentionDim, weight, `${prefix}.${name}`), heads)
  const scaled = mulScalar(g, project(q, 'q_proj'), 1 / Math.sqrt(attentionDim / heads))
  const keys = transpose(g, project(k, 'k_proj'), [0, 1, 3, 2]) // [batch, heads, headDim, keys]
  const attention = softmax(g, matmul(g, scaled, keys)) // [batch, heads, queries, keys]
  const out = matmul(g, attention, project(v, 'v_proj')) // [batch, heads, queries, headDim]
  const joined = reshape(g, transpose(g, out, [0, 2, 1, 3]), [batch, queries, attentionDim])
  return linear(g, joined, width, weight, `${prefix}.out_proj`)
}
