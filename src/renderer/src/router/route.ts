import { computed, shallowRef } from 'vue'

/** Views in which a project is open, in the order of the journey. */
export const projectViews = ['annotate', 'tune', 'review', 'models'] as const
export type ProjectView = (typeof projectViews)[number]

export const viewNames = ['start', 'import', 'settings', ...projectViews] as const
export type ViewName = (typeof viewNames)[number]

export interface Route {
  readonly view: ViewName
  /** What the view is about, such as a slice or a section; null: its beginning */
  readonly detail: string | null
}

const route = shallowRef<Route>(parseHash(typeof location === 'undefined' ? '' : location.hash))

export const currentRoute = computed(() => route.value)
export const currentView = computed(() => route.value.view)

/** Goes to a view without loading the page again; the address remembers it. */
export function goTo(view: ViewName, detail: string | number | null = null): void {
  const next = { view, detail: detail === null ? null : String(detail) }
  if (next.view === route.value.view && next.detail === route.value.detail) return
  route.value = next
  if (typeof history !== 'undefined') history.pushState(null, '', hashOf(next))
}

export function isProjectView(view: ViewName): view is ProjectView {
  return projectViews.some(known => known === view)
}

/** `#/annotate/12`; anything else is the Start view. */
export function parseHash(hash: string): Route {
  const [, view, detail] = /^#\/([a-z]+)(?:\/([^/]{1,200}))?$/.exec(hash) ?? []
  const known = viewNames.find(name => name === view)
  if (known === undefined) return { view: 'start', detail: null }
  return { view: known, detail: decoded(detail) }
}

export function hashOf({ view, detail }: Route): string {
  return detail === null ? `#/${view}` : `#/${view}/${encodeURIComponent(detail)}`
}

function decoded(detail: string | undefined): string | null {
  if (detail === undefined) return null
  try {
    return decodeURIComponent(detail)
  } catch {
    return null // a mistyped address
  }
}

if (typeof window !== 'undefined') {
  const follow = (): void => {
    route.value = parseHash(location.hash)
  }
  window.addEventListener('popstate', follow)
  window.addEventListener('hashchange', follow)
}
