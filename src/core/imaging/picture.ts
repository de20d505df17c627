import type { DataOf, DType } from '../tensor/dtype'
import { widenBfloat16, widenHalf } from '../tensor/half'
import type { Tensor } from '../tensor/tensor'

/** Height, width and channels of an image tensor; [height, width] has one channel. */
export interface PictureSize {
  readonly height: number
  readonly width: number
  readonly channels: number
}

/** @throws RangeError unless the shape is [height, width] or [height, width, channels] */
export function pictureSize(image: Pick<Tensor, 'shape'>): PictureSize {
  const [height, width, channels = 1] = image.shape
  if (height === undefined || width === undefined || image.shape.length > 3) {
    throw new RangeError(`[${image.shape.join(', ')}] is not the shape of a picture`)
  }
  return { height, width, channels }
}

/** The types that OpenCV's INTER_AREA takes. */
export type AreaType = 'uint8' | 'uint16' | 'int16' | 'float32' | 'float64'
export type AreaTensor = Tensor<AreaType>

/**
 * The same values in a type that INTER_AREA takes: what is one already is left alone, the rest becomes the
 * smallest floating type that holds it exactly (64-bit integers beyond 2^53 are rounded).
 */
export function toAreaType(image: Tensor): AreaTensor {
  const { shape } = image
  if (isAreaTensor(image)) return image
  if (image.dtype === 'bool') return { dtype: 'uint8', shape, data: image.data as DataOf['bool'] }
  if (image.dtype === 'int8')
    return { dtype: 'int16', shape, data: Int16Array.from(image.data as DataOf['int8']) }
  if (image.dtype === 'float16' || image.dtype === 'bfloat16') {
    return { dtype: 'float32', shape, data: Float32Array.from(numbersOf(image)) }
  }
  return { dtype: 'float64', shape, data: numbersOf(image) }
}

function isAreaTensor(image: Tensor): image is AreaTensor {
  const types: readonly DType[] = ['uint8', 'uint16', 'int16', 'float32', 'float64'] satisfies AreaType[]
  return types.includes(image.dtype)
}

/** All values as float64, whatever the type they are stored in. */
export function numbersOf(image: Tensor): Float64Array {
  const { dtype, data } = image
  if (data instanceof Uint16Array && dtype === 'float16') return new Float64Array(widenHalf(data))
  if (data instanceof Uint16Array && dtype === 'bfloat16') return new Float64Array(widenBfloat16(data))
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float64Array.from(data, Number)
  // Five times as fast as `from`, which calls a function per value.
  return new Float64Array(data)
}

/** Grey stays one channel, RGB three; an alpha channel (grey + alpha, RGBA) is dropped. */
export function withoutAlpha(image: AreaTensor): AreaTensor {
  const { height, width, channels } = pictureSize(image)
  if (channels !== 2 && channels !== 4) return image
  const kept = channels - 1
  const data = image.data.slice(0, height * width * kept)
  for (let pixel = 0; pixel < height * width; pixel++) {
    // Both indices stay within their arrays: pixel * channels + channel < source length.
    for (let channel = 0; channel < kept; channel++)
      data[pixel * kept + channel] = image.data[pixel * channels + channel]!
  }
  return { dtype: image.dtype, shape: kept === 1 ? [height, width] : [height, width, kept], data }
}
