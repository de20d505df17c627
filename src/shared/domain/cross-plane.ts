import type { VolumeAxis } from '../geometry/directions'
import type { AnnotationId, AnnotationStatus } from './annotation'
import type { SliceId } from './slice'

/**
 * A plane of a volume along another axis than the one its slices were taken along. It has no row of its own: its masks are
 * voxels of the slices that it crosses. Its number is made of what it is, so that every call about a slice takes it too.
 */
export interface CrossPlane {
  readonly seriesId: number
  /** The axis that is cut */
  readonly axis: VolumeAxis
  readonly index: number
}

/** Numbers of rows stay far below. */
const firstCrossId = 2 ** 52
const [planeBits, axisBits] = [2 ** 17, 2 ** 2]

/** @param plane - fewer than 131,072 planes an axis */
export function crossPlaneId({ seriesId, axis, index }: CrossPlane): SliceId {
  return firstCrossId + (seriesId * axisBits + axis) * planeBits + index
}

/** @returns null for the number of a stored slice */
export function crossPlaneOf(id: SliceId): CrossPlane | null {
  if (id < firstCrossId) return null
  const rest = id - firstCrossId
  const place = Math.floor(rest / planeBits)
  const axis = place % axisBits
  if (axis !== 0 && axis !== 1 && axis !== 2) return null
  return { seriesId: Math.floor(place / axisBits), axis, index: rest % planeBits }
}

/** All voxels of a label on a cross plane, which are one annotation there. */
export interface VoxelMask {
  readonly labelId: number
  readonly status: AnnotationStatus
}

/** Above those of proposals, which are rows. */
const firstVoxelId = 2 ** 52

export function voxelMaskId({ labelId, status }: VoxelMask): AnnotationId {
  return firstVoxelId + 2 * labelId + (status === 'proposal' ? 1 : 0)
}

/** @returns null for the number of a row */
export function voxelMaskOf(id: AnnotationId): VoxelMask | null {
  if (id < firstVoxelId) return null
  const rest = id - firstVoxelId
  return { labelId: Math.floor(rest / 2), status: rest % 2 === 1 ? 'proposal' : 'accepted' }
}
