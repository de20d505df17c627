import type { Component } from 'vue'
import type { MessageKey } from '../locale'
import type { ViewName } from '../router/route'

export type ActionScope = 'everywhere' | ViewName

/** One command: what the palette lists, a key runs, and a button shows. */
export interface Action {
  /** Stable, such as "annotate.next-object"; settings remember keys by it */
  readonly id: string
  readonly labelKey: MessageKey
  readonly icon?: Component
  /** Such as "Ctrl+Shift+Z", "R", "PageDown", "?"; null: none. Several are separated by spaces; the first is shown */
  readonly defaultKey: string | null
  /** Views in which its key works and the palette offers it */
  readonly scope: ActionScope | readonly ActionScope[]
  /** Not listed in the palette, such as "next candidate" */
  readonly isHidden?: boolean
  /** Whether holding the key down runs it again; without it only the first press counts */
  readonly repeats?: boolean
  /** false: its key does nothing and the palette shows it dimmed; absent: always true */
  enabled?(): boolean
  /** Started by its key or from the palette; errors are shown, so it may reject */
  run(): void | Promise<void>
}

export function isInScope({ scope }: Pick<Action, 'scope'>, view: ViewName): boolean {
  const scopes = typeof scope === 'string' ? [scope] : scope
  return scopes.includes('everywhere') || scopes.includes(view)
}

/** Whether two actions can both be reached in some view, so that they may not share a key. */
export function scopesMeet(a: Pick<Action, 'scope'>, b: Pick<Action, 'scope'>): boolean {
  const [first, second] = [a, b].map(({ scope }) => (typeof scope === 'string' ? [scope] : scope))
  return (
    first?.some(scope => scope === 'everywhere' || second?.includes(scope)) === true ||
    second?.includes('everywhere') === true
  )
}
