import type { Action } from './action'
import { rememberActions } from './registry'

/**
 * Commands of views that were not shown yet, so that their keys can be looked up and changed. A view lists them in
 * `components/<view>/action-catalogue.ts` as `catalogue()`; nothing runs from here.
 */
const files = import.meta.glob<() => readonly Action[]>('../components/*/action-catalogue.ts', {
  import: 'catalogue',
})

export async function loadCatalogue(): Promise<void> {
  const lists = await Promise.all(Object.values(files).map(async load => (await load())()))
  rememberActions(lists.flat())
}
