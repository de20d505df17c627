import { matmul, reshape } from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import { interpolationMatrix } from '../imaging/interpolation'

/**
 * Bicubic resize of square pictures as two matrix products; nothing when the size fits already.
 *
 * @param x - [batch, masks, from, from]
 * @returns [batch, masks, side, side]
 */
export function resizeSquare(g: OpBuilder, x: Value, side: number): Value {
  const [batch, masks, from] = x.shape as [number, number, number, number]
  if (from === side) return x
  const matrix = interpolationMatrix('bicubic', from, side) // [side, from]
  const turned = new Float32Array(matrix.length)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < from; column++)
      turned[column * side + row] = matrix[row * from + column] ?? 0
  }
  const wide = matmul(g, reshape(g, x, [batch * masks * from, from]), g.constant([from, side], turned))
  const pictures = reshape(g, wide, [batch * masks, from, side])
  const tall = matmul(g, g.constant([1, side, from], matrix), pictures) // [batch * masks, side, side]
  return reshape(g, tall, [batch, masks, side, side])
}
