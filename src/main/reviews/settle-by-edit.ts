import type { Annotation } from '../../shared/domain/annotation'
import type { SliceState } from '../../shared/domain/slice'
import type { ProjectStore, StoredPrediction } from '../database/project-store'
import { isPredicted } from './is-predicted'

/**
 * What an edit by hand says to an open prediction. Within the action of the edit, after it:
 * a changed, removed or added object makes it `edited`; objects that are all accepted as they were, `accepted`.
 *
 * @param before - annotations of the slice before the edit
 */
export function settleByEdit(
  store: ProjectStore,
  slice: number,
  { before, spentMs }: { readonly before: readonly Annotation[]; readonly spentMs: number },
): void {
  const prediction = store.predictions.get(slice)
  if (prediction?.state !== 'open') return
  const now = store.annotations.ofSlice(slice)
  const state = settled(before, now, store.slices.get(slice)?.state ?? 'to-do')
  if (state !== null) store.predictions.decide(slice, state, spentMs)
}

const closedStates: readonly SliceState[] = ['done', 'nothing-here', 'rejected']

function settled(
  before: readonly Annotation[],
  now: readonly Annotation[],
  sliceState: SliceState,
): Exclude<StoredPrediction['state'], 'open'> | null {
  if (shapesOf(before) !== shapesOf(now)) return 'edited'
  const isClosed = closedStates.includes(sliceState) || (now.length > 0 && !now.some(isPredicted))
  if (!isClosed) return null
  return sliceState === 'rejected' ? 'rejected' : 'accepted'
}

const shapesOf = (annotations: readonly Annotation[]): string =>
  JSON.stringify(annotations.map(({ id, labelId, runs }) => [id, labelId, runs]))
