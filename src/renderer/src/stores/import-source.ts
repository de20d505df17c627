import { computed, shallowRef } from 'vue'
import type { DroppedFile } from '../api/desktop'

/** What is to be read: paths that the backend sees, or files whose bytes this page has. */
export interface ImportSource {
  readonly paths: readonly string[]
  readonly dropped: readonly DroppedFile[]
}

const nothing: ImportSource = { paths: [], dropped: [] }

export function importSource() {
  const source = shallowRef<ImportSource>(nothing)
  const count = computed(() => source.value.paths.length + source.value.dropped.length)

  /** Instead of what was chosen before. */
  function replace(chosen: Partial<ImportSource>): void {
    source.value = { ...nothing, ...chosen }
  }

  /** More of the same import. */
  function choose(more: Partial<ImportSource>): void {
    const { paths, dropped } = source.value
    source.value = {
      paths: [...new Set([...paths, ...(more.paths ?? [])])],
      dropped: [...dropped, ...(more.dropped ?? [])],
    }
  }

  return { source, count, replace, choose }
}
