import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import type { DecodedFile } from '../codecs'
import type { PixelSpacing, SliceAxis } from './records'

/** Axes of the stored [z, y, x] that become rows and columns, for each axis of the file that is cut. */
const rowsAndColumns = {
  0: [0, 1],
  1: [0, 2],
  2: [1, 2],
} as const satisfies Record<SliceAxis, readonly [number, number]>

/** The axis that an option names. */
export function axisOf(axis: '0' | '1' | '2'): SliceAxis {
  return ({ '0': 0, '1': 1, '2': 2 } as const)[axis]
}

/** How many planes a [z, y, x] volume has along an axis of its file. */
export function planeCount(shape: readonly number[], axis: SliceAxis): number {
  return shape[2 - axis] ?? 0
}

/**
 * One plane of a volume, stored values.
 *
 * @param volume - [z, y, x]
 * @returns [height, width]: the two remaining axes, the one that varies fastest in the file along the rows
 */
export function planeOf(volume: Tensor, axis: SliceAxis, index: number): Tensor {
  const [depth = 0, rows = 0, columns = 0] = volume.shape
  const strides = [rows * columns, columns, 1]
  const [vertical, horizontal] = rowsAndColumns[axis]
  const sizes = [depth, rows, columns]
  const [height, width] = [sizes[vertical] ?? 0, sizes[horizontal] ?? 0]
  const start = index * (strides[2 - axis] ?? 0)
  const [down, across] = [strides[vertical] ?? 0, strides[horizontal] ?? 0]
  const data = volume.data.slice(0, height * width)
  for (let y = 0; y < height; y++) {
    // The plane lies inside the volume, and both arrays have the same type.
    for (let x = 0; x < width; x++) data[y * width + x] = volume.data[start + y * down + x * across]!
  }
  return tensor(volume.dtype, [height, width], data)
}

export function planeSpacing(file: DecodedFile, axis: SliceAxis): PixelSpacing | null {
  const [vertical, horizontal] = rowsAndColumns[axis]
  const [y, x] = [file.spacingMm?.[vertical], file.spacingMm?.[horizontal]]
  return y === undefined || x === undefined ? null : { y, x }
}
