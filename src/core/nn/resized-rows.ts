import { concat, matmul, pad, reshape, slice, transpose } from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import { interpolationMatrix } from '../imaging/interpolation'

/** Pictures as their rows: [batch, masks, height, width] to [height, batch, masks, width]. */
export const rowsFirst = (g: OpBuilder, x: Value): Value => transpose(g, x, [2, 0, 1, 3])

/**
 * Bicubic resize of square pictures as two matrix products, rows first.
 *
 * @param x - [batch, masks, from, from]
 * @returns [side, batch, masks, side]
 */
export function resizedRows(g: OpBuilder, x: Value, side: number): Value {
  const [batch, masks, from] = x.shape as [number, number, number, number]
  const rows = rowsFirst(g, x) // [from, batch, masks, from]
  if (from === side) return rows
  const matrix = interpolationMatrix('bicubic', from, side) // [side, from]
  const across = g.constant([from, side], transposed(matrix, side, from))
  const wide = matmul(g, reshape(g, rows, [from * batch * masks, from]), across)
  const tall = alongRows(g, reshape(g, wide, [from, batch * masks * side]), matrix, side)
  return reshape(g, tall, [side, batch, masks, side])
}

function transposed(matrix: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(matrix.length)
  for (let row = 0; row < rows; row++) {
    // both arrays have rows * columns elements
    for (let column = 0; column < columns; column++)
      turned[column * rows + row] = matrix[row * columns + column]!
  }
  return turned
}

/** How far the four taps of a row reach beyond the rows that it lies between, on either side. */
const reach = 2
/** Rows of a block at least: with fewer, the reach would be most of the work. */
const fewestBlockRows = 16

/** In how many equal blocks both sides fall, so that a block of the result needs a block of rows and the reach. */
function blockCount(from: number, side: number): number {
  if (side < from) return 1
  for (let count = Math.floor(from / fewestBlockRows); count > 1; count--) {
    if (from % count === 0 && side % count === 0) return count
  }
  return 1
}

/**
 * matrix @ rows, where the matrix is zero but for a band: the rows are taken in blocks with a little of the blocks
 * before and after, which is `from` over (block + 4) times less work.
 *
 * @param rows - [from, columns]
 * @param matrix - [side, from]
 * @returns [side, columns]
 */
function alongRows(g: OpBuilder, rows: Value, matrix: Float32Array, side: number): Value {
  const [from, columns] = rows.shape as [number, number]
  const blocks = blockCount(from, side)
  if (blocks === 1) return matmul(g, g.constant([side, from], matrix), rows)
  const size = from / blocks
  const own = reshape(g, rows, [blocks, size, columns])
  const ends = slice(g, slice(g, own, 1, size - reach, size), 0, 0, blocks - 1)
  const starts = slice(g, slice(g, own, 1, 0, reach), 0, 1, blocks)
  const windows = concat(
    g,
    [pad(g, ends, [1, 0, 0], [0, 0, 0]), own, pad(g, starts, [0, 0, 0], [1, 0, 0])],
    1,
  )
  const band = g.constant([blocks, side / blocks, size + 2 * reach], bandOf(matrix, side, from, blocks))
  return reshape(g, matmul(g, band, windows), [side, columns])
}

/** The matrix's own block of columns with the reach, for each block of its rows. */
function bandOf(matrix: Float32Array, side: number, from: number, blocks: number): Float32Array {
  const [size, rowsABlock] = [from / blocks, side / blocks]
  const width = size + 2 * reach
  const band = new Float32Array(side * width)
  for (let row = 0; row < side; row++) {
    const first = Math.floor(row / rowsABlock) * size - reach
    for (let column = 0; column < width; column++) {
      const at = first + column
      if (at >= 0 && at < from) band[row * width + column] = matrix[row * from + at] ?? 0
    }
  }
  return band
}
