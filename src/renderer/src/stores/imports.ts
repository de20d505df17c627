import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ImportEvent } from '../../../shared/contract/imports'
import { client, connection } from '../api/client'
import { errorText, isAbort, type ErrorText } from '../composables/error-text'
import { importItems } from './import-items'
import { importSource, type ImportSource } from './import-source'
import { useProjectStore } from './project'

export type ImportPhase = 'choosing' | 'sending' | 'reading' | 'done' | 'cancelled'
export type ImportReport = Extract<ImportEvent, { event: 'report' }>

/** Adding files: what was chosen, how far reading is, and the report. It goes on when the view is left. */
export const useImportsStore = defineStore('imports', () => {
  const state = importState()
  const { source, count, choose } = state.chosen
  const { phase, newName, copy, keepTags, report, progress, scanned, seconds, problem } = state

  /** Begins anew. @param name - of the project to make; null adds to the open one */
  function begin(sources: Partial<ImportSource>, name: string | null): void {
    if (state.isBusy.value) return
    state.chosen.replace(sources)
    newName.value = name
    copy.value = false
    keepTags.value = false
    state.clear()
    phase.value = 'choosing'
  }

  const { start, cancel } = importRun(state)
  const told = { items: state.collected.items, report, progress, scanned, seconds, problem }
  const chosen = { source, count, phase, newName, copy, keepTags, isBusy: state.isBusy }
  return { ...chosen, ...told, begin, choose, start, cancel }
})

function importState() {
  const chosen = importSource()
  const collected = importItems()
  const phase = ref<ImportPhase>('choosing')
  /** Of a new project; null adds to the open one */
  const newName = ref<string | null>(null)
  const copy = ref(false)
  /** Whether copies keep what identifies patients */
  const keepTags = ref(false)
  const report = shallowRef<ImportReport | null>(null)
  const progress = shallowRef({ done: 0, total: 0 })
  /** Files that were found, before the first is read */
  const scanned = ref(0)
  const seconds = ref(0)
  const problem = shallowRef<ErrorText | null>(null)
  const isBusy = computed(() => phase.value === 'sending' || phase.value === 'reading')

  function clear(): void {
    collected.clear()
    report.value = null
    problem.value = null
    progress.value = { done: 0, total: 0 }
    scanned.value = 0
  }

  const told = { report, progress, scanned, seconds, problem }
  return { chosen, collected, phase, newName, copy, keepTags, ...told, isBusy, clear }
}

function importRun(state: ReturnType<typeof importState>) {
  const { chosen, collected, phase, newName, progress } = state
  const projects = useProjectStore()
  let stopping = new AbortController()

  /** Makes the project where it is new, hands over what has to be, and reads. */
  async function start(): Promise<void> {
    if (state.isBusy.value || chosen.count.value === 0) return
    state.clear()
    stopping = new AbortController()
    const { signal } = stopping
    const began = Date.now()
    try {
      phase.value = 'sending'
      if (newName.value !== null) await projects.create(newName.value)
      newName.value = null
      const paths = [...chosen.source.value.paths, ...(await send(signal))]
      phase.value = 'reading'
      await read(paths, signal)
      phase.value = signal.aborted ? 'cancelled' : 'done'
    } catch (error) {
      const isCancelled = signal.aborted || isAbort(error)
      phase.value = isCancelled ? 'cancelled' : 'done'
      if (!isCancelled) state.problem.value = errorText(error)
    }
    state.seconds.value = (Date.now() - began) / 1000
    collected.flush()
    chosen.replace({})
    // What failed has been said; the list of slices is only as new as it can be.
    if (projects.project !== null) await projects.reload().catch(() => undefined)
  }

  /** What was read until then stays in the project. */
  function cancel(): void {
    stopping.abort()
  }

  async function send(signal: AbortSignal): Promise<readonly string[]> {
    const { dropped } = chosen.source.value
    if (dropped.length === 0) return []
    const onProgress = (done: number, total: number): void => void (progress.value = { done, total })
    return connection.desktop.pathsOf(projects.openId(), dropped, { signal, onProgress })
  }

  async function read(paths: readonly string[], signal: AbortSignal): Promise<void> {
    progress.value = { done: 0, total: 0 }
    const [copy, keepTags] = [state.copy.value, state.keepTags.value]
    const input = { project: projects.openId(), paths: [...paths], copy, keepTags }
    for await (const event of await client.imports.add(input, { signal })) {
      if (event.event === 'progress') progress.value = event
      else if (event.event === 'scan') state.scanned.value = event.files
      else if (event.event === 'item') collected.add(event)
      else state.report.value = event
    }
  }

  return { start, cancel }
}
