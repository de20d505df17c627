import type { SliceId } from '../../../../shared/domain/slice'
import type { PlaneConfidence, PlaneOnTheWay } from '../../stores/propagation'

/** A little above the line at which propagation stops: worth a look. */
export const worthALook = 0.6

/** One or more planes beside each other. */
export interface StripBar {
  /** Places of the planes in the volume: from `first` up to, not including, `end` */
  readonly first: number
  readonly end: number
  /** The lowest of its planes; null where none is known */
  readonly iou: number | null
  /** All of its planes are drawn and accepted */
  readonly isDone: boolean
}

/**
 * The planes of a volume as bars, a plane each where there is room for that.
 *
 * @param most - bars that fit
 */
export function stripBars(
  planes: readonly PlaneOnTheWay[],
  confidence: ReadonlyMap<SliceId, PlaneConfidence>,
  most: number,
): StripBar[] {
  const each = Math.max(1, Math.ceil(planes.length / Math.max(1, most)))
  return Array.from({ length: Math.ceil(planes.length / each) }, (_, index) => {
    const [first, end] = [index * each, Math.min(planes.length, (index + 1) * each)]
    const part = planes.slice(first, end)
    const known = part.flatMap(({ id }) => confidence.get(id)?.predictedIou ?? [])
    return {
      ...{ first, end },
      iou: known.length === 0 ? null : Math.min(...known),
      isDone: part.every(({ objects, proposals }) => objects > 0 && proposals === 0),
    }
  })
}

/** Place of the plane at a part of the strip's length, from 0 to 1: the very one, also within a bar of many. */
export function planeAt(bars: readonly StripBar[], part: number): number {
  const place = Math.min(bars.length - 1e-9, Math.max(0, part * bars.length))
  const bar = bars[Math.floor(place)]
  return bar === undefined ? 0 : bar.first + Math.floor((place % 1) * (bar.end - bar.first))
}
