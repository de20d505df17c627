import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { client } from '../api/client'

/** The cache of encodings on disk, over all projects. */
export const useCacheStore = defineStore('cache', () => {
  const size = shallowRef<Awaited<ReturnType<typeof client.system.cache>> | null>(null)

  async function load(): Promise<void> {
    size.value = await client.system.cache()
  }

  /** Slices are encoded again when they are needed. */
  async function clear(): Promise<void> {
    const { bytes } = await client.system.clearCache()
    if (size.value !== null) size.value = { ...size.value, bytes }
  }

  return { size, load, clear }
})
