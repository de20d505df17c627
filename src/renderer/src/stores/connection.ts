import { defineStore } from 'pinia'
import { computed, shallowRef, watch } from 'vue'
import { connection } from '../api/client'

/** Whether the backend is there, and since when it is not. It is sought again without being asked. */
export const useConnectionStore = defineStore('connection', () => {
  const state = computed(() => connection.state.value)
  const lostAt = shallowRef<Date | null>(null)
  /** Shown for a moment, so that nobody wonders whether it is over */
  const isBack = shallowRef(false)

  const isLost = computed(
    () => state.value !== 'connected' && (lostAt.value !== null || state.value !== 'connecting'),
  )

  watch(state, (now, before) => {
    if (before === 'connected') lostAt.value ??= new Date()
    if (now !== 'connected' || lostAt.value === null) return
    lostAt.value = null
    isBack.value = true
    setTimeout(() => {
      isBack.value = false
    }, 4000)
  })

  /** Called after each connection but the first. */
  function onReconnected(listener: () => void): void {
    connection.onReconnected(listener)
  }

  return { state, lostAt, isLost, isBack, onReconnected }
})
