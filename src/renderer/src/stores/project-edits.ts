import type { SliceEdit } from '../../../shared/contract/slices'
import type { AnnotationId } from '../../../shared/domain/annotation'
import { crossPlaneOf } from '../../../shared/domain/cross-plane'
import type { LabelClass } from '../../../shared/domain/label-class'
import type { UndoState } from '../../../shared/domain/project'
import type { Slice, SliceId } from '../../../shared/domain/slice'
import { client } from '../api/client'
import type { ProjectState } from './project-state'
import type { useSavingStore } from './saving'

type LabelChange = Parameters<typeof client.labels.change>[0]['change']
/** The slice after an edit, and what was put on it is called. */
export interface StoredEdit {
  readonly slice: Slice
  /** Of what was put, in its order */
  readonly ids: readonly AnnotationId[]
}

export type NewSliceEdit = Partial<SliceEdit> & Pick<SliceEdit, 'action'>

/** What people do in a project; the corner of the status bar says whether it is stored. */
export function projectEdits(state: ProjectState, saving: ReturnType<typeof useSavingStore>) {
  const { openId, labels, undoState, undoneSlices } = state

  /** One action of a person: stored at once, undone as one. */
  async function edit(slice: SliceId, change: NewSliceEdit): Promise<StoredEdit> {
    const full: SliceEdit = { put: [], remove: [], spentMs: 0, ...change }
    const { undo, ...stored } = await saving.track(() =>
      client.slices.edit({ project: openId(), slice, edit: full }),
    )
    // A cross plane is in no list; the slices that it crosses come with the changes of the project.
    if (crossPlaneOf(slice) === null) state.applySlices([stored.slice])
    undoState.value = undo
    return stored
  }

  async function undo(): Promise<void> {
    apply(await saving.track(() => client.history.undo({ project: openId() })))
  }

  async function redo(): Promise<void> {
    apply(await saving.track(() => client.history.redo({ project: openId() })))
  }

  function apply(answer: { readonly slices: readonly SliceId[]; readonly undo: UndoState }): void {
    undoState.value = answer.undo
    undoneSlices.value = answer.slices
  }

  /** @returns the new one */
  async function addLabel(name: string): Promise<LabelClass | null> {
    const known = new Set(labels.value.map(label => label.id))
    labels.value = await saving.track(() => client.labels.add({ project: openId(), name }))
    return labels.value.find(label => !known.has(label.id)) ?? null
  }

  async function changeLabel(id: number, change: LabelChange): Promise<void> {
    labels.value = await saving.track(() => client.labels.change({ project: openId(), id, change }))
  }

  /** Shows what a label would look like, before the hand lets go. */
  function showLabel(id: number, change: LabelChange): void {
    labels.value = labels.value.map(label => (label.id === id ? { ...label, ...change } : label))
  }

  /** Takes its masks with it; one undo brings all back. */
  async function removeLabel(id: number): Promise<void> {
    labels.value = await saving.track(() => client.labels.remove({ project: openId(), id }))
  }

  return { edit, undo, redo, addLabel, changeLabel, showLabel, removeLabel }
}
