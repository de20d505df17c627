import { computed, shallowRef } from 'vue'
import type { ViewName } from '../router/route'
import { isInScope, scopesMeet, type Action } from './action'
import { keysOf } from './keys'

const registered = shallowRef<ReadonlyMap<string, Action>>(new Map())
/** Changed keys only, as the settings hold them; '' takes the key away */
const changedKeys = shallowRef<Readonly<Record<string, string>>>({})

/** Seen or listed once, though its view may not be shown: for looking up and changing keys */
const known = shallowRef<ReadonlyMap<string, Action>>(new Map())

/** What can be run now. */
export const allActions = computed(() => [...registered.value.values()])

export const knownActions = computed(() => [...known.value.values()])

export function rememberActions(actions: readonly Action[]): void {
  const next = new Map(known.value)
  for (const action of actions) next.set(action.id, action)
  known.value = next
}

/** Adds commands; an ID that is there already is replaced. @returns takes them away again */
export function registerActions(actions: readonly Action[]): () => void {
  const next = new Map(registered.value)
  for (const action of actions) next.set(action.id, action)
  registered.value = next
  rememberActions(actions)
  return () => {
    const left = new Map(registered.value)
    for (const action of actions) if (left.get(action.id) === action) left.delete(action.id)
    registered.value = left
  }
}

export function setChangedKeys(keys: Readonly<Record<string, string>>): void {
  changedKeys.value = keys
}

export function actionById(id: string): Action | undefined {
  return registered.value.get(id)
}

/** Keys that run a command now: the user's, else its own. */
export function boundKeys(action: Pick<Action, 'id' | 'defaultKey'>): readonly string[] {
  return keysOf(changedKeys.value[action.id] ?? action.defaultKey)
}

/** The key that buttons and tooltips show; null: none. */
export function shownKeyOf(id: string): string | null {
  const action = known.value.get(id)
  return action === undefined ? null : (boundKeys(action)[0] ?? null)
}

/** What a key runs in a view: commands of the view before those that work everywhere. */
export function actionForKey(key: string, view: ViewName): Action | undefined {
  const found = allActions.value.filter(action => isInScope(action, view) && boundKeys(action).includes(key))
  return found.find(action => action.scope !== 'everywhere') ?? found[0]
}

/** Commands that have this key already and can be reached where `action` can. */
export function conflictsOf(action: Action, key: string): readonly Action[] {
  return knownActions.value.filter(
    other => other.id !== action.id && boundKeys(other).includes(key) && scopesMeet(action, other),
  )
}

export function isEnabled(action: Action): boolean {
  return action.enabled?.() ?? true
}
