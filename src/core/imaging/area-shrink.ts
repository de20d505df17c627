import type { DataOf } from '../tensor/dtype'
import type { AreaSize } from './area-rules'
import { emptyLike, roundHalfEven, scaleOf } from './area-rules'
import type { AreaTensor, AreaType } from './picture'

/**
 * Both ratios whole: the mean of each box. Integer sums are exact and multiplied by the float32 reciprocal of the
 * area; 2 x 2 boxes of integers use (sum + 2) >> 2. Floating sums are rounded to the type of the image at each step.
 *
 * @returns [newHeight, newWidth, channels]
 */
export function boxMean(image: AreaTensor, size: AreaSize): DataOf[AreaType] {
  const { height, width, channels, newHeight, newWidth } = size
  const boxHeight = Math.round(height / newHeight)
  const boxWidth = Math.round(width / newWidth)
  const result = emptyLike(image.dtype, newHeight * newWidth * channels)
  const finish = boxFinish(image.dtype, boxHeight, boxWidth)
  const round = image.dtype === 'float32' ? Math.fround : (value: number): number => value
  for (let y = 0; y < newHeight; y++) {
    for (let x = 0; x < newWidth; x++) {
      for (let channel = 0; channel < channels; channel++) {
        let sum = 0
        for (let dy = 0; dy < boxHeight; dy++) {
          let at = ((y * boxHeight + dy) * width + x * boxWidth) * channels + channel
          // `at` stays inside the box, which lies inside the image.
          for (let dx = 0; dx < boxWidth; dx++, at += channels) sum = round(sum + image.data[at]!)
        }
        result[(y * newWidth + x) * channels + channel] = finish(sum)
      }
    }
  }
  return result
}

function boxFinish(dtype: AreaType, boxHeight: number, boxWidth: number): (sum: number) => number {
  const reciprocal = Math.fround(1 / (boxHeight * boxWidth))
  if (dtype === 'float64') return sum => sum * reciprocal
  if (dtype === 'float32') return sum => Math.fround(sum * reciprocal)
  if (boxHeight === 2 && boxWidth === 2) return sum => (sum + 2) >> 2
  return sum => roundHalfEven(Math.fround(sum * reciprocal))
}

/** Which source pixels a result pixel covers, and by how much: weights of one sum to 1. */
interface Overlap {
  readonly first: number
  readonly weights: readonly number[]
}

/** Parts of a source pixel up to this size are left out, in pixels (OpenCV). */
const negligible = 1e-3

/** OpenCV's table of one axis; the weights are float32. */
function overlaps(from: number, to: number): Overlap[] {
  const scale = scaleOf(from, to)
  return Array.from({ length: to }, (_, index) => {
    const start = index * scale
    const end = start + scale
    const cell = Math.min(scale, from - start)
    const lastWhole = Math.min(Math.floor(end), from - 1)
    const firstWhole = Math.min(Math.ceil(start), lastWhole)
    const weights = new Array<number>(lastWhole - firstWhole).fill(Math.fround(1 / cell))
    let first = firstWhole
    if (firstWhole - start > negligible) {
      first--
      weights.unshift(Math.fround((firstWhole - start) / cell))
    }
    if (end - lastWhole > negligible) weights.push(Math.fround(Math.min(end - lastWhole, 1, cell) / cell))
    return { first, weights }
  })
}

/**
 * The overlap-weighted mean, first along the rows, then down the columns; sums are float32, or float64 for a
 * float64 image, and integers are rounded once, at the end.
 *
 * @returns [newHeight, newWidth, channels]
 */
export function overlapMean(image: AreaTensor, size: AreaSize): DataOf[AreaType] {
  const { height, width, channels, newHeight, newWidth } = size
  const row = newWidth * channels
  const makeSums = (): Float32Array | Float64Array =>
    image.dtype === 'float64' ? new Float64Array(row) : new Float32Array(row)
  const columns = overlaps(width, newWidth)
  const rows = overlaps(height, newHeight)
  const result = emptyLike(image.dtype, newHeight * row)
  const finish = image.dtype.startsWith('float') ? (value: number): number => value : roundHalfEven
  const across = makeSums()
  const down = makeSums()
  rows.forEach(({ first, weights }, y) => {
    down.fill(0)
    weights.forEach((weight, offset) => {
      weighRow(image, (first + offset) * width * channels, { channels, columns, across })
      addRow(down, across, weight)
    })
    // `down` has exactly one element per result element of the row.
    for (let at = 0; at < row; at++) result[y * row + at] = finish(down[at]!)
  })
  return result
}

/** across[x] = sum of weight * source over the pixels that x covers. */
function weighRow(
  image: AreaTensor,
  start: number,
  table: { channels: number; columns: readonly Overlap[]; across: Float32Array | Float64Array },
): void {
  const { channels, columns, across } = table
  const round = across instanceof Float32Array ? Math.fround : (value: number): number => value
  columns.forEach(({ first, weights }, x) => {
    for (let channel = 0; channel < channels; channel++) {
      let sum = 0
      let at = start + first * channels + channel
      // The table keeps first + weights.length within the row.
      for (const weight of weights) {
        sum = round(sum + round(image.data[at]! * weight))
        at += channels
      }
      across[x * channels + channel] = sum
    }
  })
}

function addRow(
  down: Float32Array | Float64Array,
  across: Float32Array | Float64Array,
  weight: number,
): void {
  const round = down instanceof Float32Array ? Math.fround : (value: number): number => value
  // Both rows have the same length.
  for (let at = 0; at < down.length; at++) down[at] = down[at]! + round(across[at]! * weight)
}
