import type { PictureSize } from '../label-sources'
import type { Triple } from './grid-map'
import type { FramesOnImage, PlacedFrame } from './place-frames'

export interface DrawnSegment {
  /** By plane of the volume: [height, width], 0 or 1 */
  readonly planes: Map<number, Uint8Array>
  /** Pixels outside the volume */
  readonly outside: number
}

/**
 * One segment's pixels on the slices of its image, whatever way its frames lie.
 *
 * @param size - of a frame
 */
export function drawSegment(
  segment: number,
  { sizes, frames }: Pick<FramesOnImage, 'sizes' | 'frames'>,
  size: PictureSize,
): DrawnSegment {
  const planes = new Map<number, Uint8Array>()
  let outside = 0
  for (const placed of frames) {
    if (placed.frame.segment !== null && placed.frame.segment !== segment) continue
    outside += drawFrame(segment, placed, { sizes, size, planes })
  }
  return { planes, outside }
}

interface Canvas {
  readonly sizes: Triple
  readonly size: PictureSize
  readonly planes: Map<number, Uint8Array>
}

/** @returns pixels outside the volume */
function drawFrame(segment: number, placed: PlacedFrame, { sizes, size, planes }: Canvas): number {
  const { frame, start, across, down } = placed
  const values = frame.values()
  const wanted = frame.segment === null ? segment : 1
  let outside = 0
  for (let row = 0; row < size.height; row++) {
    for (let column = 0; column < size.width; column++) {
      if (values[row * size.width + column] !== wanted) continue
      const x = start[0] + column * across[0] + row * down[0]
      const y = start[1] + column * across[1] + row * down[1]
      const z = start[2] + column * across[2] + row * down[2]
      if (x < 0 || y < 0 || z < 0 || x >= sizes[0] || y >= sizes[1] || z >= sizes[2]) outside++
      else planeOf(planes, z, sizes)[y * sizes[0] + x] = 1
    }
  }
  return outside
}

function planeOf(planes: Map<number, Uint8Array>, z: number, [width, height]: Triple): Uint8Array {
  const plane = planes.get(z) ?? new Uint8Array(width * height)
  planes.set(z, plane)
  return plane
}
