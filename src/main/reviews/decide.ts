import { AppError } from '../../shared/errors'
import type { ProjectStore, RecordedStep } from '../database/project-store'
import type { ProjectSession } from '../projects/project-session'
import { isPredicted } from './is-predicted'

export interface Decision {
  readonly slice: number
  readonly decision: 'accept' | 'reject'
  readonly spentMs: number
  /** Name that the state is signed with */
  readonly by: string
}

/**
 * What a person says to a prediction, as one undo. Accepted, its proposals are annotations like any other and the slice
 * is done; with none on it there is nothing here. Rejected, they are gone.
 *
 * @throws AppError NO_SUCH_ITEM where nothing was predicted, READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function decide(
  session: ProjectSession,
  { slice, decision, spentMs, by }: Decision,
): RecordedStep<void> {
  return session.act(`review-${decision}`, { slices: [slice] }, store => {
    const prediction = store.predictions.get(slice)
    if (!prediction) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(slice) })
    if (decision === 'accept') accept(store, slice, by)
    else reject(store, slice, by)
    store.predictions.decide(slice, decision === 'accept' ? 'accepted' : 'rejected', spentMs)
    store.slices.addSpent(slice, spentMs)
  })
}

function accept(store: ProjectStore, slice: number, by: string): void {
  const annotations = store.annotations.ofSlice(slice)
  for (const annotation of annotations) {
    if (isPredicted(annotation)) store.annotations.put(slice, { ...annotation, status: 'accepted' })
  }
  store.slices.setState(slice, annotations.length > 0 ? 'done' : 'nothing-here', by)
}

function reject(store: ProjectStore, slice: number, by: string): void {
  for (const annotation of store.annotations.ofSlice(slice)) {
    if (isPredicted(annotation)) store.annotations.remove(annotation.id)
  }
  store.slices.setState(slice, 'rejected', by)
}
