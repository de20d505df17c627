import type { AnnotationDraft } from '../../shared/domain/annotation'
import type { SliceEdit } from '../../shared/contract/slices'
import { AppError } from '../../shared/errors'
import { settleByEdit } from '../reviews/settle-by-edit'
import { measureRuns } from '../../shared/masks/measure-runs'
import type { MeasuredDraft, ProjectStore, RecordedStep, StoredSlice } from '../database/project-store'
import type { ProjectSession } from './project-session'

export interface SliceEditOf {
  readonly slice: number
  readonly edit: SliceEdit
  /** Name that a state is signed with */
  readonly by: string
}

/**
 * One action on one slice: everything in it is stored and undone together.
 *
 * @throws AppError NO_SUCH_ITEM, LABEL_LOCKED, SHAPE_MISMATCH, READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function editSlice(session: ProjectSession, { slice, edit, by }: SliceEditOf): RecordedStep<number[]> {
  return session.act(edit.action, { slices: scopeOf(session.store, slice, edit) }, store => {
    const stored = store.slices.get(slice)
    if (!stored) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(slice) })
    const before = store.annotations.ofSlice(slice)
    for (const id of edit.remove) removeAnnotation(store, stored, id)
    const ids = edit.put.map(draft => putAnnotation(store, stored, draft))
    if (edit.state !== undefined && edit.state !== stored.state) store.slices.setState(slice, edit.state, by)
    if (edit.window !== undefined)
      for (const id of scopeOf(store, slice, edit)) store.slices.setWindow(id, edit.window)
    if (edit.spentMs > 0) store.slices.addSpent(slice, edit.spentMs)
    settleByEdit(store, slice, { before, spentMs: edit.spentMs })
    return ids
  })
}

/** A window is that of the whole volume: the next slice is to look like this one. */
function scopeOf({ slices }: ProjectStore, slice: number, { window }: SliceEdit): number[] {
  const stored = slices.get(slice)
  if (window === undefined || !stored || stored.plane === null) return [slice]
  return slices.ofSeries(stored.seriesId).map(({ id }) => id)
}

/**
 * Stores an annotation of a slice, a new one or in place of its predecessor. Within `ProjectSession.act`.
 *
 * @returns its id
 * @throws AppError NO_SUCH_ITEM, LABEL_LOCKED, SHAPE_MISMATCH
 */
export function putAnnotation(store: ProjectStore, slice: StoredSlice, draft: AnnotationDraft): number {
  if (draft.id !== null) refuseLocked(store, ownAnnotation(store, slice, draft.id).labelId)
  refuseLocked(store, draft.labelId)
  return store.annotations.put(slice.id, measured(draft, slice))
}

function removeAnnotation(store: ProjectStore, slice: StoredSlice, id: number): void {
  refuseLocked(store, ownAnnotation(store, slice, id).labelId)
  store.annotations.remove(id)
}

function ownAnnotation(store: ProjectStore, slice: StoredSlice, id: number): { labelId: number } {
  const annotation = store.annotations.get(id)
  if (annotation?.sliceId !== slice.id)
    throw new AppError('NO_SUCH_ITEM', { kind: 'annotation', id: String(id) })
  return annotation
}

/** @throws AppError NO_SUCH_ITEM, LABEL_LOCKED */
export function refuseLocked(store: ProjectStore, labelId: number): void {
  const label = store.labels.get(labelId)
  if (!label) throw new AppError('NO_SUCH_ITEM', { kind: 'label', id: String(labelId) })
  if (label.isLocked) throw new AppError('LABEL_LOCKED', { label: label.name })
}

/**
 * A draft with its box and area.
 *
 * @throws AppError SHAPE_MISMATCH where its runs do not fill the slice exactly
 */
export function measured(
  draft: AnnotationDraft,
  { width, height }: Pick<StoredSlice, 'width' | 'height'>,
): MeasuredDraft {
  const { size, box, areaPx } = measureRuns(draft.runs, width)
  if (size !== width * height) {
    throw new AppError('SHAPE_MISMATCH', {
      expected: `${width} x ${height} pixels`,
      actual: `${size} pixels`,
    })
  }
  return { ...draft, box, areaPx }
}
