import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { LabelClass } from '../../../shared/domain/label-class'
import type { Project, UndoState } from '../../../shared/domain/project'
import type { Slice, SliceId, SliceSummary } from '../../../shared/domain/slice'
import type { SliceEdit } from '../../../shared/contract/slices'
import { client } from '../api/client'
import { useAppStore } from './app'
import { rememberFolder } from './last-project'
import { useSavingStore } from './saving'
import { watchProject, type ProjectChanges } from './watch-project'

type LabelChange = Parameters<typeof client.labels.change>[0]['change']
export type NewSliceEdit = Partial<SliceEdit> & Pick<SliceEdit, 'action'>

const nothing: UndoState = { undo: null, redo: null }

/** The open project as every view needs it: labels, slices, undo. Views keep what only they show. */
export const useProjectStore = defineStore('project', () => {
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
  const saving = useSavingStore()
  let stopWatching: (() => void) | null = null

  const id = computed(() => project.value?.id ?? null)
  const sliceList = computed(() => [...slices.value.values()])
  const canEdit = computed(() => project.value?.mode === 'edit')

  /** @throws when no project is open, which views that need one never see */
  function openId(): string {
    const open = id.value
    if (open === null) throw new Error('No project is open.')
    return open
  }

  async function openFolder(folder: string): Promise<void> {
    await show(await client.projects.open({ folder }))
  }

  async function openSample(): Promise<void> {
    await show(await client.projects.openSample())
  }

  /** @param folder - null: a new folder named after it in the user's own */
  async function create(name: string, folder: string | null = null): Promise<void> {
    await show(await client.projects.create({ name, folder }))
  }

  /** Takes the place of whatever is open. */
  async function show(opened: Project): Promise<void> {
    const before = id.value
    const list = await client.slices.list({ project: opened.id })
    stopWatching?.()
    if (before !== null && before !== opened.id)
      void client.projects.close({ project: before }).catch(() => {})
    slices.value = asMap(list)
    take(opened)
    rememberFolder(opened.folder)
    saving.reset()
    stopWatching = watchProject(opened.id, changes)
  }

  /** Opens again what is open, after the backend came back or to edit where it was only looked at. */
  async function reopen(): Promise<void> {
    if (project.value !== null) await openFolder(project.value.folder)
  }

  async function close(): Promise<void> {
    const before = id.value
    stopWatching?.()
    stopWatching = null
    project.value = null
    slices.value = new Map()
    labels.value = []
    undoState.value = nothing
    rememberFolder(null)
    if (before !== null) await client.projects.close({ project: before })
    await useAppStore().loadRecent()
  }

  async function rename(name: string): Promise<void> {
    take(await saving.track(() => client.projects.rename({ project: openId(), name })))
  }

  async function reloadSlices(): Promise<void> {
    slices.value = asMap(await client.slices.list({ project: openId() }))
  }

  /** After an import: series, labels and counts have changed too. */
  async function reload(): Promise<void> {
    const [now] = await Promise.all([client.projects.get({ project: openId() }), reloadSlices()])
    take(now)
  }

  /** One action of a person: stored at once, undone as one. */
  async function edit(slice: SliceId, change: NewSliceEdit): Promise<Slice> {
    const full: SliceEdit = { put: [], remove: [], spentMs: 0, ...change }
    const answer = await saving.track(() => client.slices.edit({ project: openId(), slice, edit: full }))
    applySlices([answer.slice])
    undoState.value = answer.undo
    return answer.slice
  }

  async function undo(): Promise<void> {
    applyHistory(await saving.track(() => client.history.undo({ project: openId() })))
  }

  async function redo(): Promise<void> {
    applyHistory(await saving.track(() => client.history.redo({ project: openId() })))
  }

  async function addLabel(name: string): Promise<LabelClass | null> {
    const known = new Set(labels.value.map(label => label.id))
    labels.value = await saving.track(() => client.labels.add({ project: openId(), name }))
    return labels.value.find(label => !known.has(label.id)) ?? null
  }

  async function changeLabel(label: number, change: LabelChange): Promise<void> {
    labels.value = await saving.track(() => client.labels.change({ project: openId(), id: label, change }))
  }

  async function removeLabel(label: number): Promise<void> {
    labels.value = await saving.track(() => client.labels.remove({ project: openId(), id: label }))
  }

  function take(opened: Project): void {
    project.value = opened
    labels.value = opened.labels
    undoState.value = opened.undo
    model.value = opened.model
  }

  function applyHistory(answer: { slices: readonly SliceId[]; undo: UndoState }): void {
    undoState.value = answer.undo
    undoneSlices.value = answer.slices
  }

  function applySlices(changed: readonly SliceSummary[]): void {
    const next = new Map(slices.value)
    for (const slice of changed) {
      const known = next.get(slice.id)
      if (known === undefined || known.revision <= slice.revision) next.set(slice.id, slice)
    }
    slices.value = next
  }

  const changes: ProjectChanges = {
    slices: applySlices,
    slicesAdded: () => void reloadSlices().catch(() => {}),
    labels: next => (labels.value = next),
    undo: next => (undoState.value = next),
    models: next => {
      model.value = next
      modelsChanged.value++
    },
    runs: () => runsChanged.value++,
    saved: saving.markSaved,
    saveFailed: saving.markFailed,
  }

  return {
    project,
    id,
    labels,
    slices,
    sliceList,
    undoState,
    model,
    runsChanged,
    modelsChanged,
    undoneSlices,
    canEdit,
    openId,
    openFolder,
    openSample,
    create,
    reopen,
    close,
    rename,
    reloadSlices,
    reload,
    edit,
    applySlices,
    undo,
    redo,
    addLabel,
    changeLabel,
    removeLabel,
  }
})

function asMap(list: readonly SliceSummary[]): ReadonlyMap<SliceId, SliceSummary> {
  return new Map(list.map(slice => [slice.id, slice]))
}
