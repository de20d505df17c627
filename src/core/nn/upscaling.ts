import { concat, gemm, reshape, transpose } from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import type { WeightOf } from './linear'

/**
 * Transposed 2x2 convolution of stride 2, channels last: each cell becomes four children, which stay beside it. The
 * pixels are put in place once, at the end, when only the masks are left to move.
 *
 * @param x - [batch, positions, channels]
 * @returns [batch, positions * 4, out]
 */
export function upscale(g: OpBuilder, x: Value, out: number, weight: WeightOf, prefix: string): Value {
  const [batch, positions, channels] = x.shape as [number, number, number]
  const kernel = transpose(g, weight(`${prefix}.weight`, [channels, out, 2, 2]), [0, 2, 3, 1])
  const bias = weight(`${prefix}.bias`, [out])
  const rows = gemm(
    g,
    reshape(g, x, [batch * positions, channels]),
    reshape(g, kernel, [channels, 4 * out]),
    {
      c: concat(g, [bias, bias, bias, bias], 0),
    },
  )
  return reshape(g, rows, [batch, positions * 4, out])
}

/**
 * Children back to their place in the picture.
 *
 * @param x - [batch, side * side * 4 ** levels, channels]
 * @returns [batch, channels, side * 2 ** levels, side * 2 ** levels]
 */
export function unfold(g: OpBuilder, x: Value, side: number, levels: number): Value {
  const [batch, , channels] = x.shape as [number, number, number]
  const digits = Array.from({ length: levels }, () => [2, 2]).flat()
  const split = reshape(g, x, [batch, side, side, ...digits, channels])
  const rows = [1, ...Array.from({ length: levels }, (_, level) => 3 + 2 * level)]
  const columns = [2, ...Array.from({ length: levels }, (_, level) => 4 + 2 * level)]
  const picture = transpose(g, split, [0, 3 + 2 * levels, ...rows, ...columns])
  return reshape(g, picture, [batch, channels, side * 2 ** levels, side * 2 ** levels])
}
