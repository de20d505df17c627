import { labelValues } from '../../core/imaging/labels'
import { encodeRuns } from '../../shared/masks/rle'
import type { LabelFileOf, LabelledObject } from '../label-sources'
import { drawSegment } from './draw-segment'
import { notMatched } from './find-volume'
import type { LabelPlan, LabelTargets, SliceLabels } from './label-plan'
import { breathe, noCounts } from './label-plan'
import type { FramesOnImage } from './place-frames'
import { placeFrames } from './place-frames'

type Segmentation = LabelFileOf<'frames'>

/**
 * A DICOM segmentation: each of its segments is one object on each slice.
 *
 * @throws AppError LABELS_NOT_MATCHED, UNUSABLE_SLICE, ABORTED
 */
export async function planFrames(file: string, seg: Segmentation, targets: LabelTargets): Promise<LabelPlan> {
  const { images, notes, unmatched } = await placeFrames(file, seg, targets)
  if (images.length === 0) throw notMatched(file, unmatched[0]?.reason ?? 'it has no frames')
  const slices: SliceLabels[] = []
  let outside = 0
  for (const on of images) {
    for (const segment of segmentsOn(on)) {
      await breathe(targets)
      const drawn = objectsOf(segment, on, { seg, targets })
      slices.push(...drawn.slices)
      outside += drawn.outside
    }
  }
  return {
    images: images.map(({ series }) => series),
    slices,
    counts: { ...noCounts, outside },
    notes: seg.isFractional ? [...notes, 'fractional'] : notes,
    unmatched,
  }
}

/** In the order of their numbers. */
function segmentsOn({ frames }: FramesOnImage): number[] {
  const numbers = new Set<number>()
  for (const { frame } of frames) {
    for (const number of frame.segment === null ? labelValues(frame.values()) : [frame.segment])
      numbers.add(number)
  }
  return [...numbers].sort((a, b) => a - b)
}

interface World {
  readonly seg: Segmentation
  readonly targets: LabelTargets
}

function objectsOf(
  segment: number,
  on: FramesOnImage,
  { seg, targets }: World,
): { slices: SliceLabels[]; outside: number } {
  const { planes, outside } = drawSegment(segment, on, seg.size)
  const label = seg.segments.get(segment) ?? { name: null, value: segment, colour: null }
  const slices: SliceLabels[] = []
  for (const slice of targets.session.store.slices.ofSeries(on.series.id)) {
    const mask = planes.get(slice.plane ?? 0)
    planes.delete(slice.plane ?? 0)
    const object: LabelledObject | null = mask ? { label, runs: encodeRuns(mask) } : null
    if (object) slices.push({ slice, objects: [object] })
  }
  // Planes that the project could not read have no slice.
  const lost = [...planes.values()].reduce(
    (sum, mask) => sum + mask.reduce((set, pixel) => set + pixel, 0),
    0,
  )
  return { slices, outside: outside + lost }
}
