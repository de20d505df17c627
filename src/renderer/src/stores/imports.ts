import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ImportedItem, ImportEvent } from '../../../shared/contract/imports'
import type { DroppedFile } from '../api/desktop'
import { client, connection } from '../api/client'
import { errorText, isAbort, type ErrorText } from '../composables/error-text'
import { useProjectStore } from './project'

export type ImportPhase = 'choosing' | 'sending' | 'reading' | 'done' | 'cancelled'
export type ImportReport = Extract<ImportEvent, { event: 'report' }>

/** What is to be read: paths that the backend sees, or files whose bytes this page has. */
export interface ImportSource {
  readonly paths: readonly string[]
  readonly dropped: readonly DroppedFile[]
}

const nothing: ImportSource = { paths: [], dropped: [] }

/** Adding files: what was chosen, how far reading is, and the report, file by file. It goes on when the view is left. */
export const useImportsStore = defineStore('imports', () => {
  const projects = useProjectStore()
  const source = shallowRef<ImportSource>(nothing)
  const phase = ref<ImportPhase>('choosing')
  /** Of a new project; null adds to the open one */
  const newName = ref<string | null>(null)
  const copy = ref(false)
  const items = shallowRef<readonly ImportedItem[]>([])
  const report = shallowRef<ImportReport | null>(null)
  const progress = shallowRef({ done: 0, total: 0 })
  const seconds = ref(0)
  const problem = shallowRef<ErrorText | null>(null)
  let stopping: AbortController | null = null

  const isBusy = computed(() => phase.value === 'sending' || phase.value === 'reading')
  const count = computed(() => source.value.paths.length + source.value.dropped.length)

  /** Begins anew. @param name - of the project to make; null adds to the open one */
  function begin(chosen: Partial<ImportSource>, name: string | null): void {
    if (isBusy.value) return
    source.value = { ...nothing, ...chosen }
    newName.value = name
    copy.value = false
    clear()
    phase.value = 'choosing'
  }

  /** More files of the same import. */
  function choose(more: Partial<ImportSource>): void {
    const { paths, dropped } = source.value
    source.value = {
      paths: [...new Set([...paths, ...(more.paths ?? [])])],
      dropped: [...dropped, ...(more.dropped ?? [])],
    }
  }

  /** Makes the project where it is new, hands over what has to be, and reads. */
  async function start(): Promise<void> {
    if (isBusy.value || count.value === 0) return
    clear()
    const controller = (stopping = new AbortController())
    const began = Date.now()
    phase.value = 'sending'
    try {
      if (newName.value !== null) await projects.create(newName.value)
      newName.value = null
      const paths = [...source.value.paths, ...(await send(controller.signal))]
      phase.value = 'reading'
      progress.value = { done: 0, total: 0 }
      await read(paths, controller.signal)
      phase.value = 'done'
    } catch (error) {
      phase.value = isAbort(error) || controller.signal.aborted ? 'cancelled' : 'done'
      if (phase.value === 'done') problem.value = errorText(error)
    } finally {
      seconds.value = (Date.now() - began) / 1000
      flush()
      source.value = nothing
      if (projects.project !== null) await projects.reload().catch(() => undefined)
    }
  }

  /** What was read until then stays in the project. */
  function cancel(): void {
    stopping?.abort()
  }

  async function send(signal: AbortSignal): Promise<readonly string[]> {
    const { dropped } = source.value
    if (dropped.length === 0) return []
    return connection.desktop.pathsOf(projects.openId(), dropped, {
      signal,
      onProgress: (done, total) => {
        progress.value = { done, total }
      },
    })
  }

  async function read(paths: readonly string[], signal: AbortSignal): Promise<void> {
    const input = { project: projects.openId(), paths: [...paths], copy: copy.value }
    for await (const event of await client.imports.add(input, { signal })) {
      if (event.event === 'progress') progress.value = event
      else if (event.event === 'item') collect(event)
      else report.value = event
    }
  }

  // Thousands of items come in bursts: the list is drawn anew a few times a second, not for each.
  let waiting: ImportedItem[] = []
  let timer: ReturnType<typeof setTimeout> | null = null

  function collect(item: ImportedItem): void {
    waiting.push(item)
    timer ??= setTimeout(flush, 150)
  }

  function flush(): void {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (waiting.length === 0) return
    items.value = [...items.value, ...waiting]
    waiting = []
  }

  function clear(): void {
    flush()
    items.value = []
    report.value = null
    problem.value = null
    progress.value = { done: 0, total: 0 }
  }

  return {
    source,
    phase,
    newName,
    copy,
    items,
    report,
    progress,
    seconds,
    problem,
    isBusy,
    count,
    begin,
    choose,
    start,
    cancel,
  }
})
