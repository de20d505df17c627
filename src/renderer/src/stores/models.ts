import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { FileEvent } from '../../../shared/contract/models'
import type { ModelVersion } from '../../../shared/domain/model-version'
import { client } from '../api/client'
import { isAbort, modelNames } from '../composables/error-text'
import { useProjectStore } from './project'

export type ExportFormat = Parameters<typeof client.models.export>[0]['formats'][number]
export type Comparison = Awaited<ReturnType<typeof client.models.compare>>

/** Bytes or files that are done, of how many. */
export interface FileProgress {
  readonly done: number
  readonly total: number
}

/* eslint-disable max-lines-per-function -- a setup store is one function */
/** The models that the open project can choose. */
export const useModelsStore = defineStore('models', () => {
  const project = useProjectStore()
  const models = shallowRef<readonly ModelVersion[]>([])
  const isLoaded = ref(false)
  /** Of the download or export that runs; null: none */
  const progress = shallowRef<FileProgress | null>(null)
  const notices = shallowRef<readonly string[]>([])
  let running = new AbortController()

  const inUse = computed(() => models.value.find(model => model.inUse) ?? null)
  const nameOf = (id: string | null): string => models.value.find(model => model.id === id)?.name ?? id ?? ''

  async function load(): Promise<void> {
    const id = project.id
    if (id === null) return
    const list = await client.models.list({ project: id })
    if (project.id !== id) return
    models.value = list
    isLoaded.value = true
  }

  async function use(model: string): Promise<void> {
    models.value = await client.models.use({ project: project.openId(), model })
    project.model = model
  }

  async function rename(model: string, name: string): Promise<void> {
    models.value = await client.models.rename({ project: project.openId(), model, name })
  }

  async function remove(model: string): Promise<void> {
    models.value = await client.models.remove({ project: project.openId(), model })
  }

  function card(model: string): Promise<string> {
    return client.models.card({ project: project.openId(), model })
  }

  /** @returns what was written */
  async function importFile(file: string): Promise<readonly string[]> {
    return follow(signal => client.models.import({ project: project.openId(), file }, { signal }))
  }

  async function download(model: string): Promise<readonly string[]> {
    return follow(signal => client.models.download({ project: project.openId(), model }, { signal }))
  }

  async function exportTo(
    model: string,
    folder: string,
    formats: readonly ExportFormat[],
  ): Promise<readonly string[]> {
    const input = { project: project.openId(), model, folder, formats: [...formats] }
    return follow(signal => client.models.export(input, { signal }))
  }

  function compare(slice: number, pair: readonly [string, string], signal: AbortSignal): Promise<Comparison> {
    return client.models.compare({ project: project.openId(), slice, models: [...pair] }, { signal })
  }

  function cancel(): void {
    running.abort()
  }

  async function follow(
    call: (signal: AbortSignal) => Promise<AsyncIterable<FileEvent>>,
  ): Promise<readonly string[]> {
    running = new AbortController()
    notices.value = []
    progress.value = { done: 0, total: 0 }
    const files: string[] = []
    try {
      for await (const event of await call(running.signal)) {
        if (event.event === 'progress') progress.value = event
        if (event.event === 'notice') notices.value = [...notices.value, event.message]
        if (event.event === 'written') files.push(event.file)
      }
    } catch (error) {
      if (!isAbort(error)) throw error
    } finally {
      progress.value = null
    }
    await load()
    return files
  }

  watch(models, list => (modelNames.value = new Map(list.map(({ id, name }) => [id, name]))))
  watch(
    [() => project.id, () => project.modelsChanged],
    ([id], [before]) => {
      if (id !== before) {
        isLoaded.value = false
        models.value = []
      }
      if (id !== null) void load().catch(() => {})
    },
    { immediate: true },
  )

  return {
    ...{ models, isLoaded, inUse, progress, notices, nameOf },
    ...{ load, use, rename, remove, card, importFile, download, exportTo, compare, cancel },
  }
})
