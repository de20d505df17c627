import { defineAsyncComponent, type Component } from 'vue'
import type { ViewName } from './route'

type Loader = () => Promise<Component>

/** Every view is a file of its own name and is loaded when it is first shown. */
const viewFiles = import.meta.glob<Component>('../views/*View.vue', { import: 'default' })
const exportDialogFiles = import.meta.glob<Component>('../components/export/ExportDialog.vue', {
  import: 'default',
})

const fileOf = {
  start: 'StartView',
  import: 'ImportView',
  settings: 'SettingsView',
  annotate: 'AnnotateView',
  tune: 'FineTuneView',
  review: 'ReviewView',
  models: 'ModelsView',
} as const satisfies Record<ViewName, string>

const loaded = new Map<string, Component>()

export function viewComponent(view: ViewName): Component | null {
  const path = `../views/${fileOf[view]}.vue`
  return component(path, viewFiles[path])
}

/** Fetches a view before it is shown. What goes wrong is said when it is. */
export function preloadView(view: ViewName): void {
  void viewFiles[`../views/${fileOf[view]}.vue`]?.().catch(() => undefined)
}

export function exportDialog(): Component | null {
  const [entry] = Object.entries(exportDialogFiles)
  return entry === undefined ? null : component(...entry)
}

function component(path: string, load: Loader | undefined): Component | null {
  if (load === undefined) return null
  const known = loaded.get(path)
  if (known !== undefined) return known
  const made = defineAsyncComponent(load)
  loaded.set(path, made)
  return made
}
