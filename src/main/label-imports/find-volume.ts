import { AppError } from '../../shared/errors'
import type { DecodedFile } from '../codecs'
import type { StoredSeries } from '../database/project-store'
import { gridMap } from './grid-map'
import { placedGrid } from './image-grids'
import type { NamedImage } from './image-names'
import { nearest } from './image-names'
import type { LabelTargets } from './label-plan'
import { listed } from './label-plan'
import { volumeSizes } from './lay-volume'

export interface FoundVolume {
  readonly series: StoredSeries
  /** Not by its name */
  readonly isByPlace: boolean
}

/**
 * The volume that a label volume belongs to: the one that was asked for, the one of its name, or the only one that has its
 * voxels.
 *
 * @throws AppError LABELS_NOT_MATCHED
 */
export async function findVolume(
  file: string,
  labels: DecodedFile,
  targets: LabelTargets,
): Promise<FoundVolume> {
  const { names, only } = targets
  if (only) return { series: only, isByPlace: false }
  const named = names.find(file, 'volume')
  const [first] = named
  if (first && named.length === 1) return { series: first.series, isByPlace: false }
  if (named.length > 1) throw notMatched(file, `${named.length} volumes have its name: ${namesOf(named)}`)
  const placed = nearest(await volumesOfPlace(file, labels, targets), file)
  const [one] = placed
  if (one && placed.length === 1) return { series: one.series, isByPlace: true }
  if (placed.length > 1)
    throw notMatched(file, `its voxels are those of ${placed.length} volumes: ${namesOf(placed)}`)
  throw notMatched(file, 'no volume has its name, and none has its voxels')
}

async function volumesOfPlace(
  file: string,
  labels: DecodedFile,
  { session, grids }: LabelTargets,
): Promise<NamedImage[]> {
  const { affine, hasPlace } = labels
  if (!affine || !hasPlace) return []
  const own = { sizes: volumeSizes(file, labels), affine }
  const found: NamedImage[] = []
  for (const series of session.store.series.list()) {
    if (series.kind !== 'volume') continue
    // One whose file is gone has no place to compare.
    const grid = placedGrid(
      await grids.of(series).catch(() => ({ sizes: own.sizes, affine: null, sources: [] })),
    )
    if (grid && gridMap(own, grid)) found.push({ series, slice: null })
  }
  return found
}

const namesOf = (images: readonly NamedImage[]): string => listed(images.map(({ series }) => series.name))

export const notMatched = (file: string, reason: string): AppError =>
  new AppError('LABELS_NOT_MATCHED', { file, reason })
