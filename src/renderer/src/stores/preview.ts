import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import type { Prompt } from '../../../shared/domain/prompt'
import type { SliceId } from '../../../shared/domain/slice'
import { client } from '../api/client'
import { isAnswerable } from '../tools/prompt-edit'
import { newestWins } from '../tools/newest-wins'
import { useProjectStore } from './project'
import { useSliceViewStore } from './slice-view'

/** What a click would give, asked while the mouse rests; nothing of it is stored, and no slice is encoded for it. */
export const usePreviewStore = defineStore('preview', () => {
  const project = useProjectStore()
  const view = useSliceViewStore()
  const runs = shallowRef<number[] | null>(null)
  const encoded = new Set<SliceId>()

  const decoder = newestWins(
    async ({ slice, prompt }: { slice: SliceId; prompt: Prompt }, signal) => {
      const where = { project: project.openId(), slice }
      if (!encoded.has(slice) && !(await client.segment.isEncoded(where, { signal }))) return null
      encoded.add(slice)
      return client.segment.propose({ ...where, prompt }, { signal })
    },
    (answer, { slice }) => {
      if (view.slice?.id === slice) runs.value = answer?.candidates[0]?.runs ?? null
    },
    // A preview that fails is no preview; the click itself will say why.
    () => (runs.value = null),
  )

  function ask(prompt: Prompt): void {
    const shown = view.slice
    if (shown !== null && isAnswerable(prompt)) decoder.ask({ slice: shown.id, prompt })
  }

  function clear(): void {
    decoder.drop()
    runs.value = null
  }

  return { runs, ask, clear }
})
