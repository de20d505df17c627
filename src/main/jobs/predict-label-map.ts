import type { Tensor } from '../../core/tensor/tensor'
import { zeros } from '../../core/tensor/tensor'
import type { SliceAxis } from '../datasets'

/**
 * A label map that objects are painted into. Where two overlap, the one with the higher predicted IoU wins, in
 * whatever order they come.
 */
export interface LabelMap {
  /** [height, width], or [z, y, x] of a volume */
  readonly labels: Tensor<'int32'>
  /** @param mask - [height, width] of the slice, non-zero is foreground */
  paint(mask: Uint8Array, object: { label: number; predictedIou: number; slice: number | null }): void
}

export function createLabelMap(shape: readonly number[], axis: SliceAxis): LabelMap {
  const labels = zeros('int32', shape)
  const best = new Float32Array(labels.data.length).fill(-Infinity)
  return {
    labels,
    paint: (mask, { label, predictedIou, slice }) => {
      const at = slice === null ? (pixel: number): number => pixel : planeIndex(shape, axis, slice)
      for (let pixel = 0; pixel < mask.length; pixel++) {
        if (mask[pixel] === 0) continue
        const index = at(pixel)
        if (predictedIou <= (best[index] ?? -Infinity)) continue
        best[index] = predictedIou
        labels.data[index] = label
      }
    },
  }
}

/**
 * Where the pixels of a plane lie in its volume: the inverse of how slices are cut (the axis of the file that varies
 * fastest runs along the rows).
 *
 * @param shape - [z, y, x]
 */
function planeIndex(shape: readonly number[], axis: SliceAxis, slice: number): (pixel: number) => number {
  const [, rows = 0, columns = 0] = shape
  switch (axis) {
    case 2:
      return pixel => slice * rows * columns + pixel
    case 1:
      return pixel => (Math.floor(pixel / columns) * rows + slice) * columns + (pixel % columns)
    case 0:
      return pixel => pixel * columns + slice
  }
}
