import { arrayOf } from '../../core/tensor/dtype'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import type { GridMap, Triple } from './grid-map'
import { isSamePlace } from './grid-map'

export interface LabelsOnImage {
  /** [z, y, x] of the image; 0 where the labels do not reach */
  readonly labels: Tensor
  /** Labelled voxels that lie outside the image, and are left out */
  readonly outside: number
}

/** A label volume, voxel by voxel on the grid of its image. @param labels - [z, y, x] */
export function labelsOnImage(labels: Tensor, map: GridMap, image: Triple): LabelsOnImage {
  const [depth = 1, rows = 1, columns = 1] = labels.shape
  if (isSamePlace(map, [columns, rows, depth], image)) return { labels, outside: 0 }
  const { steps, origin } = map
  const data = new arrayOf[labels.dtype](image[0] * image[1] * image[2])
  let outside = 0
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < rows; y++) {
      const start = triple(axis => origin[axis] + y * steps[1][axis] + z * steps[2][axis])
      for (let x = 0; x < columns; x++) {
        // Inside the label volume, whose arrays have one type.
        const value = labels.data[(z * rows + y) * columns + x]!
        if (Number(value) === 0) continue
        const at = triple(axis => start[axis] + x * steps[0][axis])
        if (at.every((index, axis) => index >= 0 && index < (image[axis] ?? 0)))
          data[(at[2] * image[1] + at[1]) * image[0] + at[0]] = value
        else outside++
      }
    }
  }
  return { labels: tensor(labels.dtype, [image[2], image[1], image[0]], data), outside }
}

const triple = (of: (axis: 0 | 1 | 2) => number): Triple => [of(0), of(1), of(2)]
