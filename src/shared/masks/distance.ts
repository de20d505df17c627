/** [y, x]: the size of one pixel, in mm or any unit; the distances come out in the same unit. */
export type PixelSpacing = readonly [y: number, x: number]

export interface DistanceOptions {
  /** What to measure the distance to: the nearest pixel outside the mask (default) or inside it. */
  readonly to?: 'background' | 'foreground'
  /** Count everything beyond the image as background. Off by default, as in scipy and OpenCV. */
  readonly outsideIsBackground?: boolean
}

/**
 * Exact Euclidean distance from the centre of each pixel to the centre of the nearest target pixel.
 *
 * @param mask - [height, width], non-zero is foreground
 * @param spacing - [y, x], the unit of the result
 * @returns [height, width] float64; 0 on target pixels, Infinity everywhere when there is no target
 * @throws RangeError when the mask does not fill height x width, or a spacing is not positive
 * @see Felzenszwalb & Huttenlocher 2012, "Distance Transforms of Sampled Functions": linear time, one pass an axis
 */
export function distanceTransform(
  mask: Uint8Array,
  height: number,
  width: number,
  spacing: PixelSpacing = [1, 1],
  options: DistanceOptions = {},
): Float64Array {
  checkArguments(mask, height, width, spacing)
  const toForeground = options.to === 'foreground'
  const border = !toForeground && options.outsideIsBackground === true
  const squared = squaredDownColumns(mask, height, width, spacing[0], { toForeground, border })
  const envelope = createEnvelope(width)
  for (let y = 0; y < height; y++)
    lowerEnvelope(squared, y * width, envelope, { width, spacing: spacing[1], border })
  for (let i = 0; i < squared.length; i++) squared[i] = Math.sqrt(squared[i] ?? 0)
  return squared
}

function checkArguments(mask: Uint8Array, height: number, width: number, spacing: PixelSpacing): void {
  if (mask.length !== height * width) {
    throw new RangeError(`A mask of ${mask.length} pixels does not fill ${height} x ${width}`)
  }
  if (!spacing.every(size => size > 0 && Number.isFinite(size))) {
    throw new RangeError(`Pixel spacing must be positive, got [${spacing.join(', ')}]`)
  }
}

/** Squared distance to the nearest target in the same column: one walk down, one walk up. */
function squaredDownColumns(
  mask: Uint8Array,
  height: number,
  width: number,
  spacing: number,
  options: { toForeground: boolean; border: boolean },
): Float64Array {
  const rows = new Float64Array(height * width)
  const start = options.border ? 1 : Infinity
  for (let x = 0; x < width; x++) {
    let steps = start
    for (let y = 0, i = x; y < height; y++, i += width) {
      steps = (mask[i] !== 0) === options.toForeground ? 0 : y === 0 ? start : steps + 1
      rows[i] = steps
    }
    steps = Infinity
    for (let y = height - 1, i = x + y * width; y >= 0; y--, i -= width) {
      // rows[i] exists: i walks the indices that the first walk filled.
      const above = rows[i]!
      steps = Math.min(above, y === height - 1 ? start : steps + 1)
      rows[i] = (steps * spacing) ** 2
    }
  }
  return rows
}

/** Scratch space of one row: the columns of the parabolas, their heights, and where each one starts to be lowest. */
interface Envelope {
  readonly column: Int32Array
  readonly height: Float64Array
  readonly from: Float64Array
}

function createEnvelope(width: number): Envelope {
  // Two more than the row is wide: the border adds a parabola at column -1 and one at column `width`.
  return {
    column: new Int32Array(width + 2),
    height: new Float64Array(width + 2),
    from: new Float64Array(width + 2),
  }
}

/**
 * Replaces a row of squared column distances f by min over q of f(q) + (spacing * (x - q))².
 * Columns without any target (f infinite) carry no parabola: Infinity - Infinity would poison the envelope.
 */
function lowerEnvelope(
  squared: Float64Array,
  offset: number,
  { column, height, from }: Envelope,
  { width, spacing, border }: { width: number; spacing: number; border: boolean },
): void {
  const unit = spacing * spacing
  let last = -1
  // Indices into the scratch arrays stay within 0..last, and offset + q within the row: hence the `!` below.
  for (let q = border ? -1 : 0; q < (border ? width + 1 : width); q++) {
    const f = q < 0 || q === width ? 0 : squared[offset + q]!
    if (f === Infinity) continue
    let start = -Infinity
    while (last >= 0) {
      const p = column[last]!
      start = ((f - height[last]!) / unit + q * q - p * p) / (2 * (q - p))
      if (start > from[last]!) break
      last--
      start = -Infinity
    }
    last++
    column[last] = q
    height[last] = f
    from[last] = start
  }
  if (last >= 0) evaluate(squared, offset, { column, height, from }, { last, width, unit })
}

/** Reads the envelope off, pixel by pixel. */
function evaluate(
  squared: Float64Array,
  offset: number,
  { column, height, from }: Envelope,
  { last, width, unit }: { last: number; width: number; unit: number },
): void {
  let k = 0
  // k stays within 0..last: hence the `!`.
  for (let x = 0; x < width; x++) {
    while (k < last && from[k + 1]! < x) k++
    const steps = x - column[k]!
    squared[offset + x] = steps * steps * unit + height[k]!
  }
}
