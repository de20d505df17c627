import { defineStore } from 'pinia'
import { shallowRef, watch } from 'vue'
import type { EncodingState } from '../../../shared/contract/segment'
import type { SliceId } from '../../../shared/domain/slice'
import { client } from '../api/client'
import { useProjectStore } from './project'

/** How far the background encoding of the open project is. */
export const useEncodingStore = defineStore('encoding', () => {
  const projects = useProjectStore()
  const state = shallowRef<EncodingState | null>(null)
  let stopping: AbortController | null = null

  watch(
    () => projects.id,
    project => {
      stopping?.abort()
      state.value = null
      if (project === null) return
      stopping = new AbortController()
      void follow(project, stopping.signal)
    },
    { immediate: true },
  )

  async function follow(project: string, signal: AbortSignal): Promise<void> {
    try {
      for await (const next of await client.encoding.watch({ project }, { signal })) {
        if (!signal.aborted) state.value = next
      }
    } catch {
      // Stopped, or the backend is gone: then the project is opened again, under another ID.
    }
  }

  /** The slice on the screen: it and its neighbours are encoded first. */
  async function focus(slice: SliceId): Promise<void> {
    await client.encoding.focus({ project: projects.openId(), slice })
  }

  async function pause(): Promise<void> {
    await client.encoding.pause({ project: projects.openId() })
  }

  async function resume(): Promise<void> {
    await client.encoding.resume({ project: projects.openId() })
  }

  return { state, focus, pause, resume }
})
