import { shallowRef } from 'vue'
import type { ImportedItem } from '../../../shared/contract/imports'

const patienceMs = 150

/** Thousands of items come in bursts: the list is renewed a few times a second, not for each. */
export function importItems() {
  const items = shallowRef<readonly ImportedItem[]>([])
  let waiting: ImportedItem[] = []
  let timer: ReturnType<typeof setTimeout> | null = null

  function add(item: ImportedItem): void {
    waiting.push(item)
    timer ??= setTimeout(flush, patienceMs)
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
  }

  return { items, add, flush, clear }
}
