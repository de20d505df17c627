import { add, matmul, mulScalar, pad, reshape, slice, softmax, transpose } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'

/** Of the encoder's layer norms. */
export const epsilon = 1e-5

interface WindowOptions {
  readonly heads: number
  /** Side of a window, tokens */
  readonly window: number
}

/** Square windows of a picture of tokens: [height, width, dim] to [windows, window ** 2, dim], zeros beyond the edge. */
export function toWindows(g: OpBuilder, x: Value, window: number): Value {
  const [height, width, dim] = x.shape as [number, number, number]
  const rows = Math.ceil(height / window)
  const columns = Math.ceil(width / window)
  const missing = [rows * window - height, columns * window - width, 0]
  const whole = missing.some(size => size > 0) ? pad(g, x, [0, 0, 0], missing) : x
  const split = reshape(g, whole, [rows, window, columns, window, dim])
  return reshape(g, transpose(g, split, [0, 2, 1, 3, 4]), [rows * columns, window * window, dim])
}

/** The way back; what lies beyond the edge is dropped. */
export function fromWindows(
  g: OpBuilder,
  x: Value,
  window: number,
  [height, width]: readonly [number, number],
): Value {
  const dim = x.shape[2] as number
  const rows = Math.ceil(height / window)
  const columns = Math.ceil(width / window)
  const split = reshape(g, x, [rows, columns, window, window, dim])
  const whole = reshape(g, transpose(g, split, [0, 2, 1, 3, 4]), [rows * window, columns * window, dim])
  return slice(g, slice(g, whole, 0, 0, height), 1, 0, width) // [height, width, dim]
}

/** Row (a, b) picks |a - b|: [window ** 2, window]. */
function distances(g: OpBuilder, window: number): Value {
  const rows = new Float32Array(window ** 3)
  for (let a = 0; a < window; a++) {
    for (let b = 0; b < window; b++) rows[(a * window + b) * window + Math.abs(a - b)] = 1
  }
  return g.constant([window * window, window], rows)
}

/**
 * What each head adds to the score of two tokens, learned per distance |dy|, |dx|. Picked by a product on either side,
 * rows and columns apart, so that the gradient needs nothing of its own.
 *
 * @returns [heads, window ** 2, window ** 2]
 */
export function distanceBias(
  g: OpBuilder,
  { heads, window }: WindowOptions,
  weight: WeightOf,
  prefix: string,
): Value {
  const tokens = window * window
  const table = reshape(g, weight(`${prefix}.attention_biases`, [heads, tokens]), [heads, window, window])
  const pick = distances(g, window)
  const byRow = matmul(g, pick, table) // [heads, tokens of row pairs, window]
  const byBoth = matmul(g, byRow, transpose(g, pick, [1, 0])) // [heads, row pairs, column pairs]
  const pairs = reshape(g, byBoth, [heads, window, window, window, window])
  return reshape(g, transpose(g, pairs, [0, 1, 3, 2, 4]), [heads, tokens, tokens])
}

/**
 * Attention among the tokens of each window, norm first. As in TinyViT the zeros beyond the edge take part, and q, k and
 * v of one head stand together.
 *
 * @param x - [windows, window ** 2, dim]
 * @returns the same shape, before the residual sum
 * @see Wu et al. 2022, "TinyViT"; Graham et al. 2021, "LeViT" (biases by distance)
 */
export function windowAttention(
  g: OpBuilder,
  x: Value,
  options: WindowOptions,
  weight: WeightOf,
  prefix: string,
): Value {
  const [windows, tokens, dim] = x.shape as [number, number, number]
  const { heads } = options
  const headDim = dim / heads
  const normal = layerNorm(g, x, epsilon, weight, `${prefix}.norm`)
  const qkv = linear(g, normal, 3 * dim, weight, `${prefix}.qkv`) // [windows, tokens, 3 * dim]
  const split = transpose(g, reshape(g, qkv, [windows, tokens, heads, 3, headDim]), [3, 0, 2, 1, 4])
  const part = (index: number): Value =>
    reshape(g, slice(g, split, 0, index, index + 1), [windows, heads, tokens, headDim])
  const scaled = mulScalar(g, part(0), 1 / Math.sqrt(headDim))
  const scores = matmul(g, scaled, transpose(g, part(1), [0, 1, 3, 2])) // [windows, heads, tokens, tokens]
  const attention = softmax(g, add(g, scores, distanceBias(g, options, weight, prefix)))
  const joined = transpose(g, matmul(g, attention, part(2)), [0, 2, 1, 3]) // [windows, tokens, heads, headDim]
  return linear(g, reshape(g, joined, [windows, tokens, dim]), dim, weight, `${prefix}.proj`)
}
