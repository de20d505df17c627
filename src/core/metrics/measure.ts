import type { PixelSpacing } from '../../shared/masks/distance'
import type { Overlap } from './overlap'
import { countOverlap, dice, iou } from './overlap'
import type { SurfaceDistances } from './surface'
import { assd, hd95, surfaceDice, surfaceDistances } from './surface'

interface Measured {
  readonly overlap: Overlap
  readonly surface: SurfaceDistances
  /** For the surface Dice, in the unit of the spacing */
  readonly tolerance: number
}

/** The metrics that are reported, by the names of the papers. A new one is one line here and one in `measure`. */
const metrics = {
  dice: ({ overlap }) => dice(overlap),
  iou: ({ overlap }) => iou(overlap),
  hd95: ({ surface }) => hd95(surface),
  assd: ({ surface }) => assd(surface),
  nsd: ({ surface, tolerance }) => surfaceDice(surface, tolerance),
} as const satisfies Record<string, (measured: Measured) => number | null>

export type MetricName = keyof typeof metrics

/** One number a metric; null where an empty mask leaves it undefined. */
export type Scores = Record<MetricName, number | null>

export interface MeasureOptions {
  /** [y, x] of a pixel in mm where known; distances then come out in mm, else in pixels */
  readonly spacing?: PixelSpacing
  /** How far an outline may be off and still count for `nsd`, in the unit of the spacing; 2 by default */
  readonly tolerance?: number
}

/**
 * Compares a predicted mask with the true one.
 *
 * One empty mask gives dice and iou 0 and no distances; two empty masks give nothing but nulls.
 *
 * @param prediction - [height, width], non-zero is foreground
 * @param truth - [height, width]
 * @throws RangeError when a mask does not fill height x width
 */
export function measure(
  prediction: Uint8Array,
  truth: Uint8Array,
  height: number,
  width: number,
  { spacing = [1, 1], tolerance = 2 }: MeasureOptions = {},
): Scores {
  const overlap = countOverlap(prediction, truth)
  if (truth.length !== height * width) {
    throw new RangeError(`A mask of ${truth.length} pixels does not fill ${height} x ${width}`)
  }
  const measured = {
    overlap,
    surface: surfaceDistances(prediction, truth, height, width, spacing),
    tolerance,
  }
  return {
    dice: metrics.dice(measured),
    iou: metrics.iou(measured),
    hd95: metrics.hd95(measured),
    assd: metrics.assd(measured),
    nsd: metrics.nsd(measured),
  }
}
