import { AppError } from '../../shared/errors'
import type { Affine, DecodedFile } from '../codecs'
import type { Triple } from './grid-map'
import { gridMap, isSamePlace } from './grid-map'
import type { ImageGrid } from './image-grids'
import { labelsOnImage } from './labels-on-image'
import type { PlanNote } from './label-plan'

export interface LaidVolume {
  /** In the order of the image's voxels */
  readonly labels: DecodedFile
  /** Labelled voxels that lie outside the image */
  readonly outside: number
  readonly notes: readonly PlanNote[]
}

/**
 * A label volume on the grid of its image: the same points in space, in whatever order its axes run. Where one of the two
 * does not say where it lies, the same size is taken for the same grid, and that is said.
 *
 * @param name - of the image, for the sentence
 * @throws AppError UNUSABLE_SLICE with both sizes and places, where it does not lie on it
 */
export function layVolume(
  file: string,
  labels: DecodedFile,
  { sizes, affine }: Pick<ImageGrid, 'sizes' | 'affine'>,
  name: string,
): LaidVolume {
  const own = volumeSizes(file, labels)
  if (labels.affine && labels.hasPlace && affine) {
    const map = gridMap({ sizes: own, affine: labels.affine }, { sizes, affine })
    if (!map) {
      const [labelled, wanted] = [gridText(own, labels.affine), gridText(sizes, affine)]
      throw unusable(file, `its voxels are not those of ${name}: it has ${labelled}, ${name} has ${wanted}`)
    }
    if (isSamePlace(map, own, sizes)) return { labels, outside: 0, notes: [] }
    const laid = labelsOnImage(labels.pixels, map, sizes)
    return { labels: { ...labels, pixels: laid.labels }, outside: laid.outside, notes: ['turned'] }
  }
  if (own.join() !== sizes.join())
    throw unusable(file, `it has ${own.join(' x ')} voxels, ${name} has ${sizes.join(' x ')}`)
  return { labels, outside: 0, notes: ['no-place'] }
}

/** Along the axes of the file. @throws AppError UNUSABLE_SLICE */
export function volumeSizes(file: string, { pixels: { shape } }: DecodedFile): Triple {
  const [z, y, x] = shape
  if (shape.length !== 3 || x === undefined || y === undefined || z === undefined) {
    throw unusable(file, `its shape is [${shape.join(', ')}], not that of a label volume`)
  }
  return [x, y, z]
}

/** `512 x 512 x 3 voxels at [-0.8 0 0 235.2; …]` */
function gridText(sizes: Triple, affine: Affine): string {
  const rows = affine.slice(0, 3).map(row => row.map(value => String(Number(value.toPrecision(5)))).join(' '))
  return `${sizes.join(' x ')} voxels at [${rows.join('; ')}]`
}

const unusable = (file: string, reason: string): AppError => new AppError('UNUSABLE_SLICE', { file, reason })
