import type { DataOf, DType } from './dtype'
import { arrayOf } from './dtype'
import type { Shape } from './shape'
import { sizeOf } from './shape'

/** A dense row-major array: data and shape, no mathematics. */
export interface Tensor<D extends DType = DType> {
  readonly dtype: D
  readonly shape: Shape
  readonly data: DataOf[D]
}

/** @throws RangeError when the data does not fill the shape exactly */
export function tensor<D extends DType>(dtype: D, shape: Shape, data: DataOf[D]): Tensor<D> {
  if (data.length !== sizeOf(shape)) {
    throw new RangeError(`${data.length} elements do not fill the shape [${shape.join(', ')}]`)
  }
  return { dtype, shape, data }
}

export function float32(shape: Shape, data: Float32Array | readonly number[]): Tensor<'float32'> {
  return tensor('float32', shape, data instanceof Float32Array ? data : Float32Array.from(data))
}

export function zeros<D extends DType>(dtype: D, shape: Shape): Tensor<D> {
  // The record maps each type to its own constructor, which TypeScript cannot follow through the index.
  return tensor(dtype, shape, new arrayOf[dtype](sizeOf(shape)) as DataOf[D])
}
