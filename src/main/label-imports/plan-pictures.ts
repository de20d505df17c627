import type { StoredSeries, StoredSlice } from '../database/project-store'
import type { LabelFileOf, LabelledPicture } from '../label-sources'
import { countOf } from '../../shared/text/count-of'
import { notMatched } from './find-volume'
import type { LabelPlan, LabelTargets, PlanCounts, SliceLabels, Unmatched } from './label-plan'
import { breathe, listed, noCounts } from './label-plan'

/**
 * Objects on pictures that a file names: COCO, labelme. What belongs to no picture of the project is told one by one; a
 * picture without objects is nobody's concern.
 *
 * @throws AppError LABELS_NOT_MATCHED where no picture is one of the project, CORRUPT_FILE, ABORTED
 */
export async function planPictures(
  file: string,
  { pictures }: LabelFileOf<'pictures'>,
  targets: LabelTargets,
): Promise<LabelPlan> {
  const slices: SliceLabels[] = []
  const images = new Map<number, StoredSeries>()
  const unmatched: Unmatched[] = []
  let counts = noCounts
  for (const picture of pictures) {
    const target = targetOf(picture, targets)
    if ('reason' in target) {
      if (picture.hasObjects) unmatched.push({ name: picture.fileName, reason: target.reason })
      continue
    }
    await breathe(targets)
    const { slice, series } = target
    const drawn = await picture.draw({ width: slice.width, height: slice.height })
    counts = summed(counts, { ...drawn, withoutArea: picture.withoutArea, outside: 0 })
    images.set(series.id, series)
    if (drawn.objects.length > 0) slices.push({ slice, objects: drawn.objects })
  }
  if (images.size === 0) throw notMatched(file, reasonOf(unmatched))
  return { images: [...images.values()], slices, counts, notes: [], unmatched }
}

function reasonOf(unmatched: readonly Unmatched[]): string {
  const [first] = unmatched
  if (!first) return 'it names no pictures'
  if (unmatched.length === 1) return `${first.name}: ${first.reason}`
  const isSame = unmatched.every(({ reason }) => reason === first.reason)
  const names = listed(unmatched.map(({ name }) => name))
  return `${countOf(unmatched.length, 'picture')} (${names}): ${isSame ? first.reason : `${first.reason}, and more`}`
}

const summed = (a: PlanCounts, b: PlanCounts): PlanCounts => ({
  clipped: a.clipped + b.clipped,
  empty: a.empty + b.empty,
  withoutArea: a.withoutArea + b.withoutArea,
  outside: a.outside + b.outside,
})

type Target = { readonly slice: StoredSlice; readonly series: StoredSeries } | { readonly reason: string }

function targetOf({ fileName, size }: LabelledPicture, { names, only, session }: LabelTargets): Target {
  const found = names
    .find(fileName, 'slice')
    .flatMap(({ series, slice }) => (slice && (!only || only.id === series.id) ? [{ series, slice }] : []))
  const [first] = found.length > 0 || !only ? found : loneSlice(only, session)
  if (!first) return { reason: 'no picture or slice of the project has this name' }
  if (found.length > 1) return { reason: `${found.length} images of the project have this name` }
  const { width, height } = first.slice
  if (size && (size.width !== width || size.height !== height)) {
    return {
      reason: `it is ${size.width} x ${size.height} pixels there, and ${width} x ${height} in the project`,
    }
  }
  return first
}

/** What was asked for by name needs none. */
function loneSlice(series: StoredSeries, { store }: LabelTargets['session']) {
  const slices = store.slices.ofSeries(series.id)
  return slices.length === 1 ? slices.map(slice => ({ series, slice })) : []
}
