import type { SliceGeometry } from '../../imaging/geometry'

/** What a map should show of a slice. */
export interface CoarseTarget {
  /** [classes, side, side], the part of each cell that the class covers, in [0, 1] */
  readonly cells: Float32Array
  /** Same shape: the part of each cell that is known, 0 in a square's padding */
  readonly weights: Float32Array
}

export interface CoarseClass {
  /** null: any label but 0, where each value is an object of its own */
  readonly label: number | null
  /** Nobody looked for it in this slice, so its absence means nothing */
  readonly unknown?: boolean
}

/** The pixels of one axis that each cell covers, as fractions of pixels. */
interface AxisOverlap {
  /** First pixel of each cell, its weights following one another */
  readonly first: Int32Array
  readonly weights: readonly Float32Array[]
  /** Part of each cell's length that the slice covers */
  readonly covered: Float32Array
}

/**
 * @param labels - [height, width] of the slice, 0 is background; a slice with nothing to find is all 0
 * @param side - cells along one side of the square
 */
export function coarseTarget(
  labels: ArrayLike<number>,
  geometry: SliceGeometry,
  { side, classes }: { readonly side: number; readonly classes: readonly CoarseClass[] },
): CoarseTarget {
  const { height, width, resolution, fittedHeight, fittedWidth } = geometry
  const rows = axisOverlap(height, fittedHeight, { side, resolution })
  const columns = axisOverlap(width, fittedWidth, { side, resolution })
  const cells = new Float32Array(classes.length * side * side)
  const weights = new Float32Array(cells.length)
  classes.forEach(({ label, unknown = false }, index) => {
    const part = [index * side * side, (index + 1) * side * side] as const
    if (unknown) return
    const mask = label === null ? separateObjects(labels, height, width) : labelMask(labels, label)
    areaMean(mask, width, { rows, columns, into: cells.subarray(...part) })
    fillCovered(weights.subarray(...part), rows, columns)
  })
  return { cells, weights }
}

function axisOverlap(
  pixels: number,
  fitted: number,
  { side, resolution }: { readonly side: number; readonly resolution: number },
): AxisOverlap {
  const first = new Int32Array(side)
  const covered = new Float32Array(side)
  const cell = (resolution / side) * (pixels / fitted)
  const weights = Array.from({ length: side }, (_, index) => {
    const start = Math.min(pixels, index * cell)
    const end = Math.min(pixels, (index + 1) * cell)
    covered[index] = (end - start) / cell
    first[index] = Math.floor(start)
    const count = end > start ? Math.ceil(end) - Math.floor(start) : 0
    return Float32Array.from({ length: count }, (_, tap) => {
      const pixel = Math.floor(start) + tap
      return (Math.min(end, pixel + 1) - Math.max(start, pixel)) / (end - start)
    })
  })
  return { first, weights, covered }
}

/** 1 where the slice has this label. */
function labelMask(labels: ArrayLike<number>, label: number): Uint8Array {
  const mask = new Uint8Array(labels.length)
  for (let at = 0; at < mask.length; at++) mask[at] = labels[at] === label ? 1 : 0
  return mask
}

/** 1 inside objects, 0 also where two of them touch: their cells would otherwise grow together in the map. */
function separateObjects(labels: ArrayLike<number>, height: number, width: number): Uint8Array {
  const mask = Uint8Array.from(labels, label => (label === 0 ? 0 : 1))
  const part = (a: number, b: number): void => {
    const [one, other] = [labels[a] ?? 0, labels[b] ?? 0]
    if (one === other || one === 0 || other === 0) return
    mask[a] = 0
    mask[b] = 0
  }
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = y * width + x
      if (x > 0) part(at - 1, at)
      if (y > 0) part(at - width, at)
    }
  }
  return mask
}

/** Mean of the mask over each cell, along rows first: only rows that a cell touches are read. */
function areaMean(
  mask: Uint8Array,
  width: number,
  {
    rows,
    columns,
    into,
  }: { readonly rows: AxisOverlap; readonly columns: AxisOverlap; readonly into: Float32Array },
): void {
  const side = rows.first.length
  const strip = new Float32Array(width)
  for (let row = 0; row < side; row++) {
    strip.fill(0)
    rows.weights[row]?.forEach((weight, tap) => {
      const start = ((rows.first[row] ?? 0) + tap) * width
      // Cells are cut at the slice's edge, so every pixel exists.
      for (let x = 0; x < width; x++) strip[x]! += weight * mask[start + x]!
    })
    for (let column = 0; column < side; column++) {
      const first = columns.first[column] ?? 0
      let sum = 0
      columns.weights[column]?.forEach((weight, tap) => (sum += weight * (strip[first + tap] ?? 0)))
      into[row * side + column] = Math.min(1, sum)
    }
  }
}

function fillCovered(into: Float32Array, rows: AxisOverlap, columns: AxisOverlap): void {
  const side = rows.covered.length
  for (let at = 0; at < into.length; at++) {
    into[at] = (rows.covered[Math.floor(at / side)] ?? 0) * (columns.covered[at % side] ?? 0)
  }
}
