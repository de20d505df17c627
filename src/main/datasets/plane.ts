import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { acrossAndDown } from '../../shared/geometry/directions'
import type { DecodedFile } from '../codecs'
import type { PixelSpacing, SliceAxis } from './records'

/** Which of the stored [z, y, x] an axis of the file is. */
const storedAxis = { 0: 2, 1: 1, 2: 0 } as const satisfies Record<SliceAxis, number>

/** Stored axes along the columns and the rows of a plane, for the axis of the file that is cut. */
function rowsAndColumns(axis: SliceAxis): readonly [0 | 1 | 2, 0 | 1 | 2] {
  const [across, down] = acrossAndDown[axis]
  return [storedAxis[down], storedAxis[across]]
}

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
 * @param volume - [z, y, x] or [z, y, x, channels]
 * @returns [height, width] or [height, width, channels]: the two remaining axes, the one that varies fastest in the file
 * along the rows
 */
export function planeOf(volume: Tensor, axis: SliceAxis, index: number): Tensor {
  const [depth = 0, rows = 0, columns = 0, ...channels] = volume.shape
  const [count = 1] = channels
  const [strides, sizes] = [[rows * columns, columns, 1] as const, [depth, rows, columns] as const]
  const [vertical, horizontal] = rowsAndColumns(axis)
  const [height, width] = [sizes[vertical], sizes[horizontal]]
  const start = index * strides[storedAxis[axis]]
  const [down, across] = [strides[vertical], strides[horizontal]]
  const data = volume.data.slice(0, height * width * count)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (start + y * down + x * across) * count
      const to = (y * width + x) * count
      // The plane lies inside the volume, and both arrays have the same type.
      for (let channel = 0; channel < count; channel++) data[to + channel] = volume.data[from + channel]!
    }
  }
  return tensor(volume.dtype, [height, width, ...channels], data)
}

export function planeSpacing(file: Pick<DecodedFile, 'spacingMm'>, axis: SliceAxis): PixelSpacing | null {
  const [vertical, horizontal] = rowsAndColumns(axis)
  const [y, x] = [file.spacingMm?.[vertical], file.spacingMm?.[horizontal]]
  return y === undefined || x === undefined ? null : { y, x }
}
