import type { FinderClass } from '../../../shared/domain/finder'
import type { Box } from '../../../shared/domain/prompt'
import { labelComponents } from '../../../shared/masks/components'
import type { SliceGeometry } from '../../imaging/geometry'
import { interpolate } from '../../imaging/interpolation'

/** An object that the finder sees. */
export interface FoundBox {
  /** Pixel indices of the slice, inclusive at both ends */
  readonly box: Box
  /** Mean probability of its cells */
  readonly score: number
  /** Their highest */
  readonly peak: number
  /** Size, in cells of the map */
  readonly cells: number
}

export interface FindBoxesOptions {
  /** At most so many a class, the surest first; by default 256 */
  readonly most?: number
  /** Added on every side, as a part of the box's own width and height; by default 0 */
  readonly margin?: number
}

/** The map is refined by this before it is cut, so that a side can lie between two cells. */
const refinement = 4

/**
 * The boxes of one class: cells above the class's threshold, connected over sides, each part a box.
 *
 * @param map - [side, side] probabilities on the model's square
 * @returns surest first: by the sum of their cells' probabilities
 */
export function findBoxes(
  map: Float32Array,
  geometry: SliceGeometry,
  { threshold, minCells }: Pick<FinderClass, 'threshold' | 'minCells'>,
  { most = 256, margin = 0 }: FindBoxesOptions = {},
): FoundBox[] {
  const side = Math.round(Math.sqrt(map.length))
  const fine = side * refinement
  const [rows, columns] = fittedCells(geometry, fine)
  const values = refined(map, side)
  const mask = new Uint8Array(fine * fine)
  for (let at = 0; at < mask.length; at++) {
    const isInside = at % fine < columns && at < rows * fine
    mask[at] = isInside && (values[at] ?? 0) > threshold ? 1 : 0
  }
  return partsOf(mask, values, fine)
    .filter(part => part.size >= Math.max(1, minCells * refinement ** 2))
    .sort((a, b) => b.sum - a.sum)
    .slice(0, most)
    .map(part => ({
      box: sliceBox(part, geometry, { cell: geometry.resolution / fine, margin }),
      score: part.sum / part.size,
      peak: part.peak,
      cells: part.size / refinement ** 2,
    }))
}

/**
 * The map between its cells' centres, and beyond the outermost ones as it goes there: an object may begin in the middle
 * of the first cell.
 *
 * @returns [refinement * side, refinement * side] in [0, 1]
 */
function refined(map: Float32Array, side: number): Float32Array {
  const wide = side + 2
  const [fine, wideFine] = [side * refinement, wide * refinement]
  const ringed = withRing(map, side)
  const values = interpolate('bilinear', ringed, { planes: 1, from: [wide, wide], to: [wideFine, wideFine] })
  const inner = new Float32Array(fine * fine)
  for (let at = 0; at < inner.length; at++) {
    const [row, column] = [Math.floor(at / fine) + refinement, (at % fine) + refinement]
    inner[at] = Math.min(1, Math.max(0, values[row * wideFine + column] ?? 0))
  }
  return inner
}

/** One more cell on every side, each on the line through the two before it. */
function withRing(map: Float32Array, side: number): Float32Array {
  const wide = side + 2
  const last = Math.max(0, side - 1)
  const along = (at: number): readonly [near: number, far: number, isRing: boolean] => {
    if (at === 0) return [0, Math.min(1, last), true]
    if (at === wide - 1) return [last, Math.max(0, last - 1), true]
    return [at - 1, at - 1, false]
  }
  const value = (row: number, column: number): number => map[row * side + column] ?? 0
  return Float32Array.from({ length: wide * wide }, (_, at) => {
    const [rowNear, rowFar, isRowRing] = along(Math.floor(at / wide))
    const [columnNear, columnFar, isColumnRing] = along(at % wide)
    const across = (row: number): number =>
      isColumnRing ? 2 * value(row, columnNear) - value(row, columnFar) : value(row, columnNear)
    return isRowRing ? 2 * across(rowNear) - across(rowFar) : across(rowNear)
  })
}

/** Rows and columns whose centres lie on the slice, not in the padding. */
function fittedCells(
  { resolution, fittedHeight, fittedWidth }: SliceGeometry,
  fine: number,
): [number, number] {
  const count = (fitted: number): number => Math.max(1, Math.round((fitted * fine) / resolution))
  return [count(fittedHeight), count(fittedWidth)]
}

interface Part {
  size: number
  sum: number
  peak: number
  /** First and last row and column, cells of the refined map */
  top: number
  left: number
  bottom: number
  right: number
}

function partsOf(mask: Uint8Array, values: Float32Array, side: number): Part[] {
  const { labels, sizes } = labelComponents(mask, side, side, 4)
  const parts = sizes.map(size => ({ size, sum: 0, peak: 0, top: side, left: side, bottom: 0, right: 0 }))
  for (let at = 0; at < labels.length; at++) {
    const part = parts[(labels[at] ?? 0) - 1]
    if (!part) continue
    const [row, column, value] = [Math.floor(at / side), at % side, values[at] ?? 0]
    part.sum += value
    part.peak = Math.max(part.peak, value)
    part.top = Math.min(part.top, row)
    part.bottom = Math.max(part.bottom, row)
    part.left = Math.min(part.left, column)
    part.right = Math.max(part.right, column)
  }
  return parts
}

/** The edges of the cells, carried back to the slice and rounded to its pixels; one pixel at least. */
function sliceBox(
  part: Part,
  { height, width, fittedHeight, fittedWidth }: SliceGeometry,
  { cell, margin }: { readonly cell: number; readonly margin: number },
): Box {
  const range = (first: number, last: number, pixels: number, fitted: number): [number, number] => {
    const scale = (cell * pixels) / fitted
    const extra = margin * (last + 1 - first) * scale
    const start = Math.round(first * scale - extra)
    const end = Math.round((last + 1) * scale + extra) - 1
    const low = Math.min(pixels - 1, Math.max(0, start))
    return [low, Math.min(pixels - 1, Math.max(low, end))]
  }
  const [x0, x1] = range(part.left, part.right, width, fittedWidth)
  const [y0, y1] = range(part.top, part.bottom, height, fittedHeight)
  return { x0, y0, x1, y1 }
}
