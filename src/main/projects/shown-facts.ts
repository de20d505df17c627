import type { Slice } from '../../shared/domain/slice'
import { AppError } from '../../shared/errors'
import type { VolumeAxis } from '../../shared/geometry/directions'
import { radiologicalEdges } from '../../shared/geometry/directions'
import { turnSize } from '../../shared/geometry/turn'
import type { StoredSeries } from '../database/project-store'
import type { PixelSpacing } from '../datasets'
import type { SliceSource } from '../inference/inference'
import { looksLikeCt } from './looks-like-ct'
import type { VolumeSizes } from './crossed-slices'
import type { ShownPlane } from './shown-plane'
import type { PixelFacts } from './slice-pixels'

interface Shown {
  readonly plane: ShownPlane
  readonly series: StoredSeries
  /** The axis that is cut; null for a picture */
  readonly axis: VolumeAxis | null
  readonly sizes: VolumeSizes | null
  /** In place of what the file says */
  readonly spacingMm: PixelSpacing | null
}

type FactsOfSlice = Pick<
  Slice,
  | ('width' | 'height' | 'channels' | 'sampleType' | 'range' | 'spacingMm' | 'edges')
  | ('isWhole' | 'autoWindow' | 'fileWindow' | 'isCt' | 'volume')
>

/** What the pixels of a plane say about it, as it is shown. */
export function shownFacts(facts: PixelFacts, shown: Shown): FactsOfSlice {
  const { plane, series, axis, sizes } = shown
  const spacing = shown.spacingMm ?? facts.spacingMm
  return {
    ...turnSize(facts, plane.turn),
    channels: facts.channels,
    sampleType: facts.sampleType,
    range: [...facts.range],
    spacingMm: spacing && plane.turn.isTransposed ? { x: spacing.y, y: spacing.x } : spacing,
    edges: axis === null ? null : radiologicalEdges(series.directions, axis),
    isWhole: facts.isWhole,
    autoWindow: facts.autoWindow,
    fileWindow: facts.fileWindow,
    isCt: series.kind === 'volume' && facts.channels === 1 && looksLikeCt(facts.sampleType, facts.range),
    volume:
      axis === null || sizes === null
        ? null
        : {
            ...{ axis, storedAxis: series.axis ?? axis, sizes: [...sizes] },
            directions: series.directions === null ? null : [...series.directions],
          },
  }
}

interface Size {
  readonly width: number
  readonly height: number
}

/**
 * Masks of a file that was replaced would lie anywhere on the new one.
 *
 * @throws AppError UNUSABLE_SLICE
 */
export function refuseOtherSize({ imageFile, sliceIndex }: SliceSource, was: Size, is: Size): void {
  if (is.width === was.width && is.height === was.height) return
  const reason = `it measures ${is.width} x ${is.height} pixels and was ${was.width} x ${was.height} when it was added`
  throw new AppError('UNUSABLE_SLICE', {
    file: imageFile,
    reason,
    ...(sliceIndex === null ? {} : { plane: sliceIndex }),
  })
}
