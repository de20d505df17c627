import type { DataOf } from '../tensor/dtype'
import type { AreaSize } from './area-rules'
import { emptyLike, roundHalfEven, scaleOf } from './area-rules'
import type { AreaTensor, AreaType } from './picture'

/** Two taps of one result index. */
interface Tap {
  readonly first: number
  readonly second: number
  /** Weight of the second tap, float32; the first has 1 - fraction */
  readonly fraction: number
}

/** The "area" phase: s = floor(d scale), f = (d + 1) - (s + 1) / scale, 0 below 0, else its fractional part. */
function taps(from: number, to: number): Tap[] {
  const scale = scaleOf(from, to)
  const inverse = to / from
  return Array.from({ length: to }, (_, index) => {
    const first = Math.floor(index * scale)
    const phase = Math.fround(index + 1 - (first + 1) * inverse)
    const fraction = phase <= 0 ? 0 : Math.fround(phase - Math.floor(phase))
    return { first: Math.min(first, from - 1), second: Math.min(first + 1, from - 1), fraction }
  })
}

/**
 * INTER_AREA where at least one axis grows: a blend of two pixels along each axis.
 *
 * @returns [newHeight, newWidth, channels]
 */
export function areaBlend(image: AreaTensor, size: AreaSize): DataOf[AreaType] {
  return image.dtype === 'uint8' ? blendBytes(image.data, size) : blendNumbers(image, size)
}

/** Weights of 11 bits, as OpenCV's fixed-point path. */
const fixedOne = 2048

interface FixedTap {
  readonly first: number
  readonly second: number
  readonly weights: readonly [number, number]
}

function fixedTaps(from: number, to: number): FixedTap[] {
  return taps(from, to).map(({ first, second, fraction }) => ({
    first,
    second,
    weights: [roundHalfEven(Math.fround(1 - fraction) * fixedOne), roundHalfEven(fraction * fixedOne)],
  }))
}

function blendBytes(data: ArrayLike<number>, size: AreaSize): Uint8Array {
  const { width, channels, newHeight, newWidth } = size
  const row = newWidth * channels
  const columns = fixedTaps(width, newWidth)
  const result = new Uint8Array(newHeight * row)
  const across = (y: number, into: Int32Array): void => {
    columns.forEach(({ first, second, weights: [a, b] }, x) => {
      // Taps lie within the row, so both source elements exist.
      for (let c = 0; c < channels; c++) {
        const start = y * width * channels + c
        into[x * channels + c] = data[start + first * channels]! * a + data[start + second * channels]! * b
      }
    })
  }
  const [upper, lower] = [new Int32Array(row), new Int32Array(row)]
  fixedTaps(size.height, newHeight).forEach(({ first, second, weights: [a, b] }, y) => {
    across(first, upper)
    across(second, lower)
    for (let at = 0; at < row; at++) {
      const sum = ((a * (upper[at]! >> 4)) >> 16) + ((b * (lower[at]! >> 4)) >> 16)
      result[y * row + at] = (sum + 2) >> 2
    }
  })
  return result
}

/** Rows, then columns, in float32 (float64 for a float64 image, whose weights are float32 all the same). */
function blendNumbers(image: AreaTensor, size: AreaSize): DataOf[AreaType] {
  const { width, channels, newHeight, newWidth } = size
  const row = newWidth * channels
  const round = image.dtype === 'float64' ? (value: number): number => value : Math.fround
  const finish = image.dtype.startsWith('float') ? round : roundHalfEven
  const columns = taps(width, newWidth)
  const result = emptyLike(image.dtype, newHeight * row)
  const across = (y: number, into: Float64Array): void => {
    columns.forEach(({ first, second, fraction }, x) => {
      const [a, b] = [Math.fround(1 - fraction), fraction]
      // Taps lie within the row, so both source elements exist.
      for (let c = 0; c < channels; c++) {
        const start = y * width * channels + c
        const one = round(image.data[start + first * channels]! * a)
        into[x * channels + c] = round(one + round(image.data[start + second * channels]! * b))
      }
    })
  }
  const [upper, lower] = [new Float64Array(row), new Float64Array(row)]
  taps(size.height, newHeight).forEach(({ first, second, fraction }, y) => {
    const [a, b] = [Math.fround(1 - fraction), fraction]
    across(first, upper)
    across(second, lower)
    for (let at = 0; at < row; at++) {
      result[y * row + at] = finish(round(round(upper[at]! * a) + round(lower[at]! * b)))
    }
  })
  return result
}
