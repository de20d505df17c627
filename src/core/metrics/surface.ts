import type { PixelSpacing } from '../../shared/masks/distance'
import { distanceTransform } from '../../shared/masks/distance'
import { maskEdges } from '../../shared/masks/edges'
import { percentile } from '../percentile'

/**
 * How far the outlines of two masks lie apart: for each edge pixel of one mask the distance to the nearest edge
 * pixel of the other, ascending, in the unit of the spacing. A list is empty when its own mask has no pixel.
 */
export interface SurfaceDistances {
  readonly toTruth: Float64Array
  readonly toPrediction: Float64Array
}

/**
 * @param prediction - [height, width], non-zero is foreground
 * @param truth - [height, width]
 * @param spacing - [y, x] of a pixel, usually mm
 * @returns distances of Infinity when only the other mask is empty
 * @throws RangeError when a mask does not fill height x width
 */
export function surfaceDistances(
  prediction: Uint8Array,
  truth: Uint8Array,
  height: number,
  width: number,
  spacing: PixelSpacing = [1, 1],
): SurfaceDistances {
  const edges = [maskEdges(prediction, height, width), maskEdges(truth, height, width)] as const
  // Everything measured lies inside the frame around both masks; on a small object in a large slice that is most
  // of the time saved.
  const frame = frameOf(edges, height, width)
  const [ofPrediction, ofTruth] = edges.map(edge => crop(edge, width, frame)) as [Uint8Array, Uint8Array]
  return {
    toTruth: distancesBetween(ofPrediction, ofTruth, frame, spacing),
    toPrediction: distancesBetween(ofTruth, ofPrediction, frame, spacing),
  }
}

/** The larger of the two directed 95th percentiles, as MONAI and most papers have it; null for an empty mask. */
export function hd95({ toTruth, toPrediction }: SurfaceDistances): number | null {
  return isDefined(toTruth, toPrediction)
    ? Math.max(percentile(toTruth, 95), percentile(toPrediction, 95))
    : null
}

/** Average symmetric surface distance, the mean of both directions together; null for an empty mask. */
export function assd(distances: SurfaceDistances): number | null {
  const { toTruth, toPrediction } = distances
  return isDefined(toTruth, toPrediction) ? mean(pooled(distances)) : null
}

/**
 * Surface Dice: the share of both outlines that lies within the tolerance of the other; null for an empty mask.
 *
 * @param tolerance - in the unit of the distances; a distance equal to it still counts
 * @see Nikolov et al. 2018, "Deep learning to achieve clinically applicable segmentation", with MONAI's counting
 */
export function surfaceDice(distances: SurfaceDistances, tolerance: number): number | null {
  const { toTruth, toPrediction } = distances
  if (!isDefined(toTruth, toPrediction)) return null
  const both = pooled(distances)
  return both.filter(distance => distance <= tolerance).length / both.length
}

function isDefined(first: Float64Array, second: Float64Array): boolean {
  return first.length > 0 && second.length > 0
}

function pooled({ toTruth, toPrediction }: SurfaceDistances): Float64Array {
  const both = new Float64Array(toTruth.length + toPrediction.length)
  both.set(toTruth)
  both.set(toPrediction, toTruth.length)
  return both
}

function mean(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

interface Frame {
  readonly top: number
  readonly left: number
  readonly height: number
  readonly width: number
}

function frameOf(masks: readonly Uint8Array[], height: number, width: number): Frame {
  let [top, left, bottom, right] = [height, width, -1, -1]
  for (const mask of masks) {
    for (let i = mask.indexOf(1); i >= 0; i = mask.indexOf(1, i + 1)) {
      const y = Math.floor(i / width)
      const x = i - y * width
      top = Math.min(top, y)
      bottom = Math.max(bottom, y)
      left = Math.min(left, x)
      right = Math.max(right, x)
    }
  }
  return { top, left, height: Math.max(0, bottom - top + 1), width: Math.max(0, right - left + 1) }
}

function crop(mask: Uint8Array, width: number, frame: Frame): Uint8Array {
  const cropped = new Uint8Array(frame.height * frame.width)
  for (let y = 0; y < frame.height; y++) {
    const start = (frame.top + y) * width + frame.left
    cropped.set(mask.subarray(start, start + frame.width), y * frame.width)
  }
  return cropped
}

function distancesBetween(
  from: Uint8Array,
  to: Uint8Array,
  frame: Frame,
  spacing: PixelSpacing,
): Float64Array {
  const distance = distanceTransform(to, frame.height, frame.width, spacing, { to: 'foreground' })
  return distance.filter((_, i) => from[i] !== 0).sort()
}
