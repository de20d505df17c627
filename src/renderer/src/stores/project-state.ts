import { computed, shallowRef } from 'vue'
import { crossPlaneOf } from '../../../shared/domain/cross-plane'
import type { LabelClass } from '../../../shared/domain/label-class'
import type { Project, UndoState } from '../../../shared/domain/project'
import type { SliceId, SliceSummary } from '../../../shared/domain/slice'

const nothing: UndoState = { undo: null, redo: null }

export type ProjectState = ReturnType<typeof projectState>

/** What is known of the open project, and how it is replaced. */
export function projectState() {
  const project = shallowRef<Project | null>(null)
  const labels = shallowRef<readonly LabelClass[]>([])
  /** In the order of the list */
  const slices = shallowRef<ReadonlyMap<SliceId, SliceSummary>>(new Map())
  const undoState = shallowRef<UndoState>(nothing)
  /** ID of the model that answers */
  const model = shallowRef('')
  /** Counts up when a training run changed its state or a model was added, renamed or removed */
  const runsChanged = shallowRef(0)
  const modelsChanged = shallowRef(0)
  /** Last slices that undo or redo went through: views with one of them on screen load it again */
  const undoneSlices = shallowRef<readonly SliceId[]>([])

  const id = computed(() => project.value?.id ?? null)
  const sliceList = computed(() => [...slices.value.values()])
  const canEdit = computed(() => project.value?.mode === 'edit')

  /** @throws when no project is open, which views that need one never see */
  function openId(): string {
    const open = id.value
    if (open === null) throw new Error('No project is open.')
    return open
  }

  function take(opened: Project | null): void {
    project.value = opened
    labels.value = opened?.labels ?? []
    undoState.value = opened?.undo ?? nothing
    model.value = opened?.model ?? ''
  }

  function takeSlices(list: readonly SliceSummary[]): void {
    slices.value = new Map(list.map(slice => [slice.id, slice]))
  }

  /** Newer ones win: an answer may arrive after the change that followed it. */
  function applySlices(changed: readonly SliceSummary[]): void {
    const next = new Map(slices.value)
    for (const slice of changed) {
      const known = next.get(slice.id)
      if (known === undefined || known.revision <= slice.revision) next.set(slice.id, slice)
    }
    slices.value = next
  }

  /** A cross plane is as new as the newest of its slices. */
  function revisionOf(slice: SliceId): number {
    const cross = crossPlaneOf(slice)
    if (cross === null) return slices.value.get(slice)?.revision ?? 0
    return sliceList.value.reduce(
      (sum, { seriesId, revision }) => sum + (seriesId === cross.seriesId ? revision : 0),
      0,
    )
  }

  const state = { project, labels, slices, undoState, model, runsChanged, modelsChanged, undoneSlices }
  return { ...state, id, sliceList, canEdit, openId, revisionOf, take, takeSlices, applySlices }
}
