import type { SliceInVolume } from '../../../shared/domain/slice'
import { acrossAndDown, radiologicalTurn, type VolumeAxis } from '../../../shared/geometry/directions'
import { inverseTurn, turnPosition, turnSize } from '../../../shared/geometry/turn'
import type { Position } from './viewport'

/** Indices along the axes of the file. */
export type Voxel = readonly [number, number, number]

type Volume = Pick<SliceInVolume, 'sizes' | 'directions'>

/** Where a voxel is on the plane across an axis, in pixels as the plane is shown. */
export function pixelOfVoxel({ sizes, directions }: Volume, axis: VolumeAxis, voxel: Voxel): Position {
  const [across, down] = acrossAndDown[axis]
  const stored = { width: sizes[across], height: sizes[down] }
  return turnPosition({ x: voxel[across], y: voxel[down] }, stored, radiologicalTurn(directions, axis))
}

/** The voxel under a pixel of the shown plane across an axis that goes through `voxel`. */
export function voxelOfPixel(
  { sizes, directions }: Volume,
  axis: VolumeAxis,
  voxel: Voxel,
  pixel: Position,
): Voxel {
  const [across, down] = acrossAndDown[axis]
  const turn = radiologicalTurn(directions, axis)
  const shown = turnSize({ width: sizes[across], height: sizes[down] }, turn)
  const { x, y } = turnPosition(pixel, shown, inverseTurn(turn))
  const found: [number, number, number] = [...voxel]
  found[across] = x
  found[down] = y
  return found
}

/** The nearest voxel of the volume. */
export function voxelWithin({ sizes }: Pick<Volume, 'sizes'>, voxel: Voxel): Voxel {
  const within = (axis: VolumeAxis): number => Math.min(sizes[axis] - 1, Math.max(0, voxel[axis]))
  return [within(0), within(1), within(2)]
}
