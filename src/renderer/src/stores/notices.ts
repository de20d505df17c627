import { defineStore, getActivePinia } from 'pinia'
import { shallowRef } from 'vue'
import { errorText, isAbort } from '../composables/error-text'

/** An error of a command that has no place of its own on the screen: a bar under the top bar until it is closed. */
export interface Notice {
  readonly text: string
  readonly code: string
}

export const useNoticesStore = defineStore('notices', () => {
  const current = shallowRef<Notice | null>(null)

  function show(error: unknown): void {
    current.value = errorText(error)
  }

  /** Closes the notice; with a code, only one of that code. */
  function close(code?: string): void {
    if (code === undefined || current.value?.code === code) current.value = null
  }

  return { current, show, close }
})

/** Says in words what a command met; stopping something is no error. */
export function reportError(error: unknown): void {
  if (isAbort(error) || getActivePinia() === undefined) return
  useNoticesStore().show(error)
}
