import { defineStore } from 'pinia'
import { ref, shallowRef } from 'vue'
import type { ProjectView } from '../router/route'

export type ShellDialog = 'palette' | 'keys' | 'export' | 'rename' | 'folder' | 'project' | 'new-project'

/** What lies over or beside the views: dialogs, badges of the tabs. */
export const useShellStore = defineStore('shell', () => {
  const dialog = ref<ShellDialog | null>(null)
  /** By tab: a count beside its name, or `running`; views set their own */
  const badges = shallowRef<Partial<Record<ProjectView, number | 'running'>>>({})

  function open(name: ShellDialog): void {
    dialog.value = name
  }

  function close(): void {
    dialog.value = null
  }

  /** @param badge - 0 and null take it away */
  function setBadge(view: ProjectView, badge: number | 'running' | null): void {
    const { [view]: _old, ...others } = badges.value
    badges.value = badge === null || badge === 0 ? others : { ...others, [view]: badge }
  }

  return { dialog, badges, open, close, setBadge }
})
