import { defineStore } from 'pinia'
import type { Project } from '../../../shared/domain/project'
import { client } from '../api/client'
import { useAppStore } from './app'
import { rememberFolder } from './last-project'
import { useNoticesStore } from './notices'
import { projectEdits } from './project-edits'
import { projectState, type ProjectState } from './project-state'
import { useSavingStore } from './saving'
import { watchProject, type ProjectChanges } from './watch-project'

export type { NewSliceEdit, StoredEdit } from './project-edits'

type Saving = ReturnType<typeof useSavingStore>

/** The open project as every view needs it: labels, slices, undo. Views keep what only they show. */
export const useProjectStore = defineStore('project', () => {
  const state = projectState()
  const saving = useSavingStore()
  const reading = projectReading(state, saving)
  const opening = projectOpening(state, saving, reading.reloadSlices)
  saving.reopenWith(() => opening.reopen({ anew: false }))
  return { ...state, ...reading, ...opening, ...projectEdits(state, saving) }
})

function projectOpening(state: ProjectState, saving: Saving, reloadSlices: () => Promise<void>) {
  let stopWatching: (() => void) | null = null

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
    const before = state.id.value
    const list = await client.slices.list({ project: opened.id })
    stopWatching?.()
    if (before !== null && before !== opened.id) await closeQuietly(before)
    state.takeSlices(list)
    state.take(opened)
    rememberFolder(opened.folder)
    // What was asked for while another tab had it closed is asked for again.
    useNoticesStore().close('PROJECT_NOT_OPEN')
    saving.reset()
    stopWatching = watchProject(opened.id, {
      ...changesOf(state, saving, reloadSlices),
      // Where that fails the backend is going: then the connection says so.
      closed: () => void reopen({ anew: false }).catch(() => undefined),
    })
  }

  /** Opens again what is open. @param anew - closed first: an open one stays as it is, such as only looked at */
  async function reopen({ anew }: { readonly anew: boolean }): Promise<void> {
    const open = state.project.value
    if (open === null) return
    if (anew) {
      stopWatching?.()
      await closeQuietly(open.id)
    }
    await openFolder(open.folder)
  }

  async function close(): Promise<void> {
    const before = state.id.value
    stopWatching?.()
    state.take(null)
    state.takeSlices([])
    rememberFolder(null)
    if (before !== null) await client.projects.close({ project: before })
    await useAppStore().loadRecent()
  }

  return { openFolder, openSample, create, reopen, close }
}

function projectReading(state: ProjectState, saving: Saving) {
  async function rename(name: string): Promise<void> {
    state.take(await saving.track(() => client.projects.rename({ project: state.openId(), name })))
  }

  async function reloadSlices(): Promise<void> {
    state.takeSlices(await client.slices.list({ project: state.openId() }))
  }

  /** After an import: series, labels and counts have changed too. */
  async function reload(): Promise<void> {
    const [now] = await Promise.all([client.projects.get({ project: state.openId() }), reloadSlices()])
    state.take(now)
  }

  return { rename, reloadSlices, reload }
}

/** What others do in it: other tabs, background work. */
function changesOf(
  state: ProjectState,
  saving: Saving,
  reloadSlices: () => Promise<void>,
): Omit<ProjectChanges, 'closed'> {
  return {
    slices: state.applySlices,
    // Gone with the backend or the project; then the list is read anew anyway.
    slicesAdded: () => void reloadSlices().catch(() => undefined),
    labels: next => (state.labels.value = next),
    undo: next => (state.undoState.value = next),
    models: next => {
      state.model.value = next
      state.modelsChanged.value++
    },
    runs: () => state.runsChanged.value++,
    saved: saving.markSaved,
    saveFailed: saving.markFailed,
  }
}

/** The next project is open already; that the last one could not be closed concerns nobody. */
async function closeQuietly(project: string): Promise<void> {
  await client.projects.close({ project }).catch(() => undefined)
}
