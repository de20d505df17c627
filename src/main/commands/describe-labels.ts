import type { ImportedLabels } from '../../shared/contract/label-imports'
import { countOf } from '../../shared/text/count-of'

type Note = ImportedLabels['notes'][number]['note']

const notes: Readonly<Record<Note, (count: number) => string>> = {
  'by-place': () => 'matched by where it lies, not by its name',
  turned: () => "put in the order of its image's axes",
  'no-place': () => 'taken to lie like its image: one of the two does not say where it lies',
  fractional: () => 'of its fractions, a half and more counts',
  'first-volume': () => 'it holds several volumes, of which the first is taken',
  clipped: count => `${countOf(count, 'object')} cut off at the edge of the picture`,
  empty: count => `${countOf(count, 'object')} without a pixel left out`,
  'without-area': count => `${countOf(count, 'shape')} without an area left out`,
  outside: count => `${countOf(count, 'voxel')} outside the image left out`,
}

/** What became of a file of labels, in one line. */
export function describeLabels(item: ImportedLabels): string {
  const { file, masks, slices, known, kept } = item
  const added =
    masks > 0 ? [`${countOf(masks, 'mask')} on ${countOf(slices, 'slice')} of ${imagesOf(item)}`] : []
  const there = known > 0 ? [`${countOf(known, 'mask')} there already`] : []
  const nothing = masks + known === 0 ? ['it holds no masks'] : []
  const others = kept > 0 ? [`${countOf(kept, 'other mask')} kept`] : []
  const said = item.notes.map(({ note, count }) => notes[note](count))
  return `${file}: ${[...added, ...there, ...nothing, ...others, ...said].join('; ')}.`
}

function imagesOf({ images, imageCount }: ImportedLabels): string {
  const [first = ''] = images
  return imageCount === 1
    ? first
    : `${imageCount} images (${images.slice(0, 3).join(', ')}${imageCount > 3 ? ', …' : ''})`
}

/** Why parts of a file belong to no image, in one sentence; null where all do. */
export function describeUnmatched({ file, unmatched, unmatchedCount }: ImportedLabels): string | null {
  const [first] = unmatched
  if (!first) return null
  const more = unmatchedCount - 1
  const others = more > 0 ? `, and ${countOf(more, 'part')} more` : ''
  const reason = first.reason.startsWith(first.name) ? first.reason : `${first.name}: ${first.reason}`
  return `${file} could be attached only in part: ${reason}${others}.`
}
