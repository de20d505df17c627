import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { client } from '../api/client'
import { useProjectStore } from './project'

/** Fewer accepted slices seldom beat the base on held-out ones. */
export const enoughSlices = 12

/** Whether there are enough slices to try fine-tuning, and how long it would take on this computer. */
export const useTrainHintStore = defineStore('train-hint', () => {
  const project = useProjectStore()
  const seconds = shallowRef<number | null>(null)

  const done = computed(
    () => project.sliceList.filter(({ state, objects }) => state === 'done' && objects > 0).length,
  )
  const isEnough = computed(() => done.value >= enoughSlices)

  watch(
    [() => project.id, isEnough],
    async ([id]) => {
      seconds.value = null
      if (id === null || !isEnough.value) return
      try {
        const plan = await client.training.plan({ project: id, changes: {}, allowSharedGroup: false })
        if (project.id === id)
          seconds.value = plan.presets.find(({ preset }) => preset === 'quick')?.seconds ?? null
      } catch {
        // Without an estimate the card says how many slices there are; the Fine-tune view says what is wrong.
      }
    },
    { immediate: true },
  )

  return { done, isEnough, seconds }
})
