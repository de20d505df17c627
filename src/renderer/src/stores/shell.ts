import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { ProjectView } from '../router/route'

/** A count beside the name of a tab, or how far its work is. */
export type TabBadge = number | 'running' | { readonly percent: number }

export type ShellDialog =
  'palette' | 'keys' | 'export' | 'labels' | 'rename' | 'folder' | 'project' | 'new-project'

/** What lies over or beside the views: dialogs, badges of the tabs. */
export const useShellStore = defineStore('shell', () => {
  const dialog = ref<ShellDialog | null>(null)
  /** By tab; views set their own */
  const badges = shallowRef<Partial<Record<ProjectView, TabBadge>>>({})

  function open(name: ShellDialog): void {
    dialog.value = name
  }

  function close(): void {
    dialog.value = null
  }

  /** @param badge - 0 and null take it away */
  function setBadge(view: ProjectView, badge: TabBadge | null): void {
    badges.value = { ...badges.value, [view]: badge === null || badge === 0 ? undefined : badge }
  }

  return { dialog, badges, open, close, setBadge }
})
