import type { DType } from '../../core/tensor/dtype'
import { bytesPerElement } from '../../core/tensor/dtype'
import type { Shape } from '../../core/tensor/shape'
import { sizeOf } from '../../core/tensor/shape'
import type { AboutFile, DecodedFile } from './codec'

/** Decoded values of more bytes than this are not held as a whole */
export const largeBytes = 2 ** 26

/** @param least - bytes of decoded values */
export const isLarge = (shape: Shape, dtype: DType, least: number): boolean =>
  shape.length === 3 && sizeOf(shape) * bytesPerElement(dtype) > least

export function aboutOf({ pixels: { dtype, shape }, ...about }: DecodedFile): AboutFile {
  return { ...about, dtype, shape }
}
