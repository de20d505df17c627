import type { DataOf } from '../tensor/dtype'
import type { AreaType } from './picture'

/** Sizes before and after, shared by the three methods. */
export interface AreaSize {
  readonly height: number
  readonly width: number
  readonly channels: number
  readonly newHeight: number
  readonly newWidth: number
}

/** Source pixels per result pixel, computed as OpenCV does: from/to can differ from it in the last bit. */
export function scaleOf(from: number, to: number): number {
  return 1 / (to / from)
}

/** An array for the result, of the type of the image. */
export function emptyLike(dtype: AreaType, length: number): DataOf[AreaType] {
  switch (dtype) {
    case 'uint8':
      return new Uint8Array(length)
    case 'uint16':
      return new Uint16Array(length)
    case 'int16':
      return new Int16Array(length)
    case 'float32':
      return new Float32Array(length)
    case 'float64':
      return new Float64Array(length)
  }
}

/** Nearest integer, halves to the even one, as the default rounding mode of the processor. */
export function roundHalfEven(value: number): number {
  const down = Math.floor(value)
  const rest = value - down
  if (rest !== 0.5) return rest < 0.5 ? down : down + 1
  return down % 2 === 0 ? down : down + 1
}
