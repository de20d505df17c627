import type { ImportedLabels, LabelImportEvent } from '../../shared/contract/label-imports'
import type { AppError } from '../../shared/errors'
import { problemOf } from '../../shared/problem-of'
import type { LabelFilePlace } from './find-label-files'
import type { LabelPlan } from './label-plan'
import type { StoredLabels } from './store-labels'

/** Names that a report spells out */
const mostNames = 20

const nothing = {
  ...{ images: [], imageCount: 0, masks: 0, slices: 0, known: 0, kept: 0 },
  ...{ notes: [], unmatched: [], unmatchedCount: 0, error: null },
}

export function itemOf({ shown }: LabelFilePlace, plan: LabelPlan, stored: StoredLabels): ImportedLabels {
  const { images, unmatched } = plan
  return {
    ...nothing,
    ...stored,
    slices: stored.slices.size,
    event: 'item',
    file: shown,
    outcome: outcomeOf(plan, stored),
    images: images.slice(0, mostNames).map(({ name }) => name),
    imageCount: images.length,
    notes: notesOf(plan),
    unmatched: unmatched.slice(0, mostNames).map(one => ({ ...one })),
    unmatchedCount: unmatched.length,
  }
}

function outcomeOf({ unmatched }: LabelPlan, { masks, known }: StoredLabels): ImportedLabels['outcome'] {
  if (unmatched.length > 0) return 'partly'
  if (masks > 0) return 'attached'
  return known > 0 ? 'known' : 'empty'
}

function notesOf({ notes, counts }: LabelPlan): ImportedLabels['notes'] {
  const { clipped, empty, withoutArea, outside } = counts
  const counted = [
    { note: 'clipped', count: clipped },
    { note: 'empty', count: empty },
    { note: 'without-area', count: withoutArea },
    { note: 'outside', count: outside },
  ] as const
  return [...notes.map(note => ({ note, count: 1 })), ...counted.filter(({ count }) => count > 0)]
}

export function refusedItem({
  place,
  error,
}: {
  readonly place: LabelFilePlace
  readonly error: AppError
}): ImportedLabels {
  const outcome = error.code === 'LABELS_NOT_MATCHED' ? 'unmatched' : 'refused'
  return { ...nothing, event: 'item', file: place.shown, outcome, error: problemOf(error) }
}

export function reportOf(
  items: readonly ImportedLabels[],
  { slices, newLabels }: { readonly slices: number; readonly newLabels: number },
): LabelImportEvent {
  const sum = (of: (item: ImportedLabels) => number): number =>
    items.reduce((total, item) => total + of(item), 0)
  const count = (...outcomes: readonly ImportedLabels['outcome'][]): number =>
    items.filter(({ outcome }) => outcomes.includes(outcome)).length
  return {
    event: 'report',
    files: items.length,
    masks: sum(({ masks }) => masks),
    slices,
    known: sum(({ known }) => known),
    unmatched: count('unmatched', 'partly'),
    refused: count('refused'),
    newLabels,
  }
}
