import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ImportedLabels, LabelImportEvent } from '../../../shared/contract/label-imports'
import { client } from '../api/client'
import { errorText, isAbort, type ErrorText } from '../composables/error-text'
import { useProjectStore } from './project'

export type LabelReport = Extract<LabelImportEvent, { event: 'report' }>

/** Attaching masks that were made elsewhere: what was chosen, how far reading is, and the report. */
export const useLabelImportsStore = defineStore('label-imports', () => {
  const projects = useProjectStore()
  const paths = ref<readonly string[]>([])
  /** Name of the label whose objects the values of a label map are; '' where values are labels */
  const objectsOf = ref('')
  const progress = shallowRef<{ readonly done: number; readonly total: number } | null>(null)
  const items = shallowRef<readonly ImportedLabels[]>([])
  const report = shallowRef<LabelReport | null>(null)
  const problem = shallowRef<ErrorText | null>(null)
  const isRunning = computed(() => progress.value !== null)
  let stopping: AbortController | null = null

  /** Begins anew, with nothing chosen. */
  function begin(): void {
    if (isRunning.value) return
    paths.value = []
    items.value = []
    report.value = null
    problem.value = null
  }

  function choose(more: readonly string[]): void {
    paths.value = [...new Set([...paths.value, ...more])]
  }

  async function start(): Promise<void> {
    if (isRunning.value || paths.value.length === 0) return
    const own = new AbortController()
    stopping = own
    progress.value = { done: 0, total: 0 }
    problem.value = null
    const objects = objectsOf.value === '' ? null : objectsOf.value
    const input = { project: projects.openId(), paths: [...paths.value], series: null, objectsOf: objects }
    const found: ImportedLabels[] = []
    try {
      for await (const event of await client.labelImports.add(input, { signal: own.signal })) {
        if (event.event === 'progress') progress.value = event
        else if (event.event === 'item') found.push(event)
        else report.value = event
      }
      items.value = found
    } catch (error) {
      if (!isAbort(error)) problem.value = errorText(error)
    } finally {
      progress.value = null
      stopping = null
    }
  }

  /** Nothing of a cancelled import is left. */
  function cancel(): void {
    stopping?.abort()
  }

  return { paths, objectsOf, progress, items, report, problem, isRunning, begin, choose, start, cancel }
})
