import type { CrossPlane } from '../../shared/domain/cross-plane'
import { AppError } from '../../shared/errors'
import type { VolumeAxis } from '../../shared/geometry/directions'
import { acrossAndDown } from '../../shared/geometry/directions'
import type { MaskLine } from '../../shared/masks/run-line'
import type { ProjectStore, StoredSeries, StoredSlice } from '../database/project-store'

/** Voxels along the axes of the file. */
export type VolumeSizes = readonly [number, number, number]

/** How a cross plane lies in the slices of its volume, all in pixels as they are stored. */
export interface CrossedSlices {
  readonly plane: CrossPlane
  readonly series: StoredSeries
  readonly sizes: VolumeSizes
  /** Of the cross plane */
  readonly width: number
  readonly height: number
  /** Those that could be read when the volume was added, in their order */
  readonly slices: readonly StoredSlice[]
  /** The pixels of any slice that the cross plane goes through, in the order of the axis that both have */
  readonly inSlice: MaskLine
  /** The same pixels of slice `index` in the cross plane */
  readonly inPlane: (index: number) => MaskLine
}

/** @throws AppError NO_SUCH_ITEM where there is no such plane, or it is one of the stored slices */
export function crossedSlices({ series, slices }: ProjectStore, plane: CrossPlane): CrossedSlices {
  const volume = series.get(plane.seriesId)
  const stored = volume ? slices.ofSeries(volume.id) : []
  const sizes = volume ? volumeSizes(volume, stored) : null
  const isInside = sizes !== null && plane.axis !== volume?.axis && plane.index < sizes[plane.axis]
  if (!volume || !sizes || volume.axis === null || !isInside) throw noSuchPlane(plane)
  const [across, down] = acrossAndDown[plane.axis]
  const [sliceAcross, sliceDown] = acrossAndDown[volume.axis]
  const isRow = across !== volume.axis
  const length = sizes[isRow ? across : down]
  const [width, height] = [sizes[across], sizes[down]]
  const sliceWidth = sizes[sliceAcross]
  return {
    ...{ plane, series: volume, sizes, width, height, slices: stored },
    inSlice:
      plane.axis === sliceDown
        ? { start: plane.index * sliceWidth, step: 1, length }
        : { start: plane.index, step: sliceWidth, length },
    inPlane: index =>
      isRow ? { start: index * width, step: 1, length } : { start: index, step: width, length },
  }
}

/** @returns null for a picture */
export function volumeSizes(
  { axis, planes }: StoredSeries,
  [slice]: readonly StoredSlice[],
): VolumeSizes | null {
  if (axis === null || slice === undefined) return null
  const [across] = acrossAndDown[axis]
  const along = (one: VolumeAxis): number =>
    one === axis ? planes : one === across ? slice.width : slice.height
  return [along(0), along(1), along(2)]
}

const noSuchPlane = ({ seriesId, axis, index }: CrossPlane): AppError =>
  new AppError('NO_SUCH_ITEM', { kind: 'slice', id: `${index} across axis ${axis} of ${seriesId}` })
