import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import type { ProjectSummary } from '../../../shared/domain/project'
import type { Capabilities, Device } from '../../../shared/contract/system'
import { client } from '../api/client'
import { useSettingsStore } from './settings'

type Info = Awaited<ReturnType<typeof client.system.info>>

const none: Capabilities = { dialogs: false, reveal: false, folderBrowser: false, droppedPaths: false }

/** What is true of the program and this computer, whichever project is open. */
export const useAppStore = defineStore('app', () => {
  const info = shallowRef<Info | null>(null)
  const recent = shallowRef<readonly ProjectSummary[]>([])
  const isMeasuring = ref(false)

  const device = computed<Device | null>(() => info.value?.device ?? null)
  const capabilities = computed<Capabilities>(() => info.value?.capabilities ?? none)

  async function load(): Promise<void> {
    const [loaded] = await Promise.all([client.system.info(), useSettingsStore().load(), loadRecent()])
    info.value = loaded
  }

  async function loadRecent(): Promise<void> {
    recent.value = await client.projects.recent()
  }

  /** Takes a project off the list; its folder stays as it is. */
  async function forget(folder: string): Promise<void> {
    recent.value = await client.projects.forget({ folder })
  }

  /** Encodes and decodes a real slice; the status bar and the estimates use the figures from then on. */
  async function measure(): Promise<void> {
    if (isMeasuring.value) return
    isMeasuring.value = true
    try {
      const measured = await client.system.measure()
      if (info.value !== null) info.value = { ...info.value, device: measured }
    } finally {
      isMeasuring.value = false
    }
  }

  return { info, recent, device, capabilities, isMeasuring, load, loadRecent, forget, measure }
})
