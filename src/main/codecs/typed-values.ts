import type { DType } from '../../core/tensor/dtype'
import { arrayOf, bytesPerElement } from '../../core/tensor/dtype'
import type { Shape } from '../../core/tensor/shape'
import { sizeOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'

/**
 * Reads packed values from a file, in either byte order.
 *
 * @param bytes - at least as many bytes as the shape needs (checked by the caller against the file)
 * @returns a tensor with its own memory
 */
export function typedValues(bytes: Uint8Array, dtype: DType, shape: Shape, littleEndian: boolean): Tensor {
  const width = bytesPerElement(dtype)
  // A Buffer's own slice() would be a view of the file's bytes, not a copy.
  const own = new Uint8Array(bytes.subarray(0, sizeOf(shape) * width))
  // All machines that Node runs on are little-endian.
  if (!littleEndian && width > 1) reverseElements(own, width)
  return tensor(dtype, shape, new arrayOf[dtype](own.buffer, 0, sizeOf(shape)))
}

/** The bytes of a tensor in either byte order. */
export function valueBytes(values: Tensor, littleEndian: boolean): Uint8Array {
  const { buffer, byteOffset, byteLength } = values.data
  const own = new Uint8Array(new Uint8Array(buffer, byteOffset, byteLength))
  const width = bytesPerElement(values.dtype)
  if (!littleEndian && width > 1) reverseElements(own, width)
  return own
}

function reverseElements(bytes: Uint8Array, width: number): void {
  for (let start = 0; start < bytes.length; start += width) bytes.subarray(start, start + width).reverse()
}
