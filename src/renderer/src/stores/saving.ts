import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { Problem } from '../../../shared/domain/problem'
import { errorText, isAbort, problemText, type ErrorText } from '../composables/error-text'

/** What the corner of the status bar says: a failed save stays there until saving works again. */
export const useSavingStore = defineStore('saving', () => {
  const pending = ref(0)
  const savedAt = shallowRef<Date | null>(null)
  const problem = shallowRef<ErrorText | null>(null)
  let reopen: (() => Promise<void>) | null = null

  const state = computed<'saved' | 'saving' | 'failed'>(() => {
    if (pending.value > 0) return 'saving'
    return problem.value === null ? 'saved' : 'failed'
  })

  /** Counts a call that stores something; its error is thrown on. */
  async function track<T>(work: () => Promise<T>): Promise<T> {
    pending.value++
    try {
      const answer = await again(work)
      markSaved(new Date())
      return answer
    } catch (error) {
      if (!isAbort(error)) problem.value = errorText(error)
      throw error
    } finally {
      pending.value--
    }
  }

  /** Another tab may have closed the project under our hands: then it is opened again, and the work done again. */
  async function again<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      if (reopen === null || errorText(error).code !== 'PROJECT_NOT_OPEN') throw error
      await reopen()
      return work()
    }
  }

  /** @param open - opens again what is shown; `work` has to ask for the project's ID itself, which is another one then */
  function reopenWith(open: () => Promise<void>): void {
    reopen = open
  }

  function markSaved(at: Date): void {
    savedAt.value = at
    problem.value = null
  }

  function markFailed(failed: Problem): void {
    problem.value = { code: failed.code, text: problemText(failed).text }
  }

  function reset(): void {
    savedAt.value = null
    problem.value = null
  }

  return { state, savedAt, problem, track, markSaved, markFailed, reset, reopenWith }
})
