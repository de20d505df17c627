import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import { encodeRuns, decodeRuns, type RunLengths } from '../../../shared/masks/rle'
import type { SliceId } from '../../../shared/domain/slice'
import { client } from '../api/client'
import { useProjectStore } from './project'
import { SlicePixels, type LoadedSlice } from './slice-pixels'

/** Held-out slices as the Fine-tune view shows them, with what the user accepted on them. */
export const useRunSlicesStore = defineStore('run-slices', () => {
  const project = useProjectStore()
  const loaded = shallowReactive(new Map<SliceId, LoadedSlice>())
  const truths = new WeakMap<LoadedSlice, RunLengths>()
  let pixels: { readonly project: string; readonly store: SlicePixels } | null = null

  /** Loads it where that is needed; null until it is there. */
  function get(id: SliceId): LoadedSlice | null {
    const known = loaded.get(id)
    if (known) return known
    // A slice that was removed since is shown without its picture.
    void load(id).catch(() => {})
    return null
  }

  async function load(id: SliceId): Promise<void> {
    const open = project.openId()
    if (pixels?.project !== open) {
      const store = new SlicePixels(open, slice => client.slices.get({ project: open, slice }))
      pixels = { project: open, store }
    }
    const slice = await pixels.store.load(id, 0)
    if (project.id === open) loaded.set(id, slice)
  }

  /** All accepted objects of a slice as one mask. */
  function truthOf(slice: LoadedSlice): RunLengths {
    const known = truths.get(slice)
    if (known) return known
    const { width, height, annotations } = slice.slice
    const all = new Uint8Array(width * height)
    for (const { status, runs } of annotations) {
      if (status !== 'accepted') continue
      decodeRuns(runs, all.length).forEach((value, pixel) => (all[pixel] ||= value))
    }
    const truth = encodeRuns(all)
    truths.set(slice, truth)
    return truth
  }

  watch(
    () => project.id,
    () => loaded.clear(),
  )

  return { get, truthOf }
})
