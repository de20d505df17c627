import type { LabelClass } from '../../shared/domain/label-class'
import { AppError } from '../../shared/errors'
import type { ProjectSession } from './project-session'

export type LabelChange = Partial<Omit<LabelClass, 'id'>>

/** @throws AppError READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED */
export function addLabel(session: ProjectSession, name: string): LabelClass[] {
  session.act('label-add', { slices: [] }, store => store.labels.add(name))
  return session.store.labels.list()
}

/**
 * Changes a label class. Hiding, locking and opacity are how a person looks at masks: undo passes over them.
 *
 * @throws AppError NO_SUCH_ITEM, READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function changeLabel(session: ProjectSession, id: number, change: LabelChange): LabelClass[] {
  const { store } = session
  const label = existing(session, id)
  const { isHidden, isLocked, opacity, ...rest } = change
  const looksOther =
    (change.colour ?? label.colour) !== label.colour || (isHidden ?? label.isHidden) !== label.isHidden
  const redrawn = looksOther ? store.annotations.slicesWithLabel(id) : []
  const isUndoable = (['name', 'colour', 'key'] as const).some(
    field => rest[field] !== undefined && rest[field] !== label[field],
  )
  if (isUndoable) session.act('label-change', { slices: [], redrawn }, () => store.labels.change(id, rest))
  const view = {
    ...(isHidden === undefined ? {} : { isHidden }),
    ...(isLocked === undefined ? {} : { isLocked }),
    ...(opacity === undefined ? {} : { opacity }),
  }
  if (Object.keys(view).length > 0) {
    session.write(isUndoable ? [] : redrawn, () => store.labels.change(id, view))
    session.changes.publish({ kind: 'labels', labels: store.labels.list() })
  }
  return store.labels.list()
}

/**
 * Removes a label class and its annotations on all slices; one undo brings all back.
 *
 * @throws AppError NO_SUCH_ITEM, LABEL_LOCKED, READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function removeLabel(session: ProjectSession, id: number): LabelClass[] {
  const label = existing(session, id)
  if (label.isLocked) throw new AppError('LABEL_LOCKED', { label: label.name })
  const slices = session.store.annotations.slicesWithLabel(id)
  session.act('label-remove', { slices }, store => {
    store.annotations.removeLabel(id)
    store.labels.remove(id)
  })
  return session.store.labels.list()
}

function existing(session: ProjectSession, id: number): LabelClass {
  const label = session.store.labels.get(id)
  if (!label) throw new AppError('NO_SUCH_ITEM', { kind: 'label', id: String(id) })
  return label
}
