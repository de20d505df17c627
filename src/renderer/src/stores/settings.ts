import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { Settings } from '../../../shared/contract/system'
import { setChangedKeys } from '../actions/registry'
import { client } from '../api/client'
import { chosenLanguage } from '../locale'
import { chosenTheme } from '../theme'
import { reportError } from './notices'

/** Until the backend has answered; the same as the contract's defaults. */
const first: Settings = {
  language: 'auto',
  theme: 'dark',
  hoverPreview: true,
  showCandidates: true,
  maskOpacity: 0.4,
  outlineOnly: false,
  cacheGigabytes: 4,
  reviewer: '',
  keys: {},
  threads: null,
}

/** What the user chose, kept by the backend for all windows of this computer. */
export const useSettingsStore = defineStore('settings', () => {
  const settings = shallowRef<Settings>(first)
  const isLoaded = shallowRef(false)
  let latest = 0

  async function load(): Promise<void> {
    apply(await client.system.settings())
    isLoaded.value = true
  }

  /** Shows at once, then stores; a refused change is taken back. */
  async function change(changes: Partial<Settings>): Promise<void> {
    const before = settings.value
    const mine = ++latest
    apply({ ...before, ...changes })
    try {
      const stored = await client.system.changeSettings(changes)
      if (mine === latest) apply(stored)
    } catch (error) {
      if (mine === latest) apply(before)
      reportError(error)
    }
  }

  function apply(next: Settings): void {
    settings.value = next
    chosenLanguage.value = next.language
    chosenTheme.value = next.theme
    setChangedKeys(next.keys)
  }

  return {
    settings: computed(() => settings.value),
    isLoaded: computed(() => isLoaded.value),
    load,
    change,
  }
})
