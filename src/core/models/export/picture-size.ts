import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { OnnxWriter } from './onnx-writer'

/** Sizes of the picture and of its part of the model's square, each [1] of int64. */
export interface PictureSize {
  readonly height: string
  readonly width: string
  readonly fittedHeight: string
  readonly fittedWidth: string
}

/** As `longestSideSize`: the longest side to the resolution, the other rounded half up, at least one pixel. */
export function pictureSizeOf(
  writer: OnnxWriter,
  [height, width]: readonly [string, string],
  { fit, resolution }: Preprocessing,
): PictureSize {
  const side = writer.int64([resolution])
  if (fit === 'stretch') return { height, width, fittedHeight: side, fittedWidth: side }
  // In double precision, as our own code: a size that is off by one moves the whole mask.
  const exact = (value: string): string => writer.cast(value, 'double')
  const scale = writer.op('Div', [exact(side), exact(writer.op('Max', [height, width]))])
  const fitted = (size: string): string => {
    const half = exact(writer.floats([1], [0.5]))
    const rounded = writer.op('Floor', [writer.op('Add', [writer.op('Mul', [exact(size), scale]), half])])
    return writer.op('Max', [writer.cast(rounded, 'int64'), writer.int64([1])])
  }
  return { height, width, fittedHeight: fitted(height), fittedWidth: fitted(width) }
}
