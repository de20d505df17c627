import { defineStore } from 'pinia'
import { shallowRef } from 'vue'
import { client } from '../api/client'

type Listing = Awaited<ReturnType<typeof client.folders.list>>

/** The folder that the page's own dialog shows; the next one opens where the last was left. */
export const useFoldersStore = defineStore('folders', () => {
  const listing = shallowRef<Listing | null>(null)
  let latest = 0

  /** @param path - null: where the door begins */
  async function list(path: string | null): Promise<void> {
    const mine = ++latest
    const answer = await client.folders.list({ path })
    if (mine === latest) listing.value = answer
  }

  return { listing, list }
})
