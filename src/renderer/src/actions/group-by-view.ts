import { viewNames } from '../router/route'
import type { Action, ActionScope } from './action'

export interface ActionGroup {
  readonly scope: ActionScope
  readonly actions: readonly Action[]
}

/** Commands under the first view they belong to, in the order of the journey; those of all views last. */
export function groupByView(actions: readonly Action[]): readonly ActionGroup[] {
  const scopes: readonly ActionScope[] = [...viewNames, 'everywhere']
  return scopes
    .map(scope => ({ scope, actions: actions.filter(action => firstScope(action) === scope) }))
    .filter(group => group.actions.length > 0)
}

function firstScope({ scope }: Action): ActionScope {
  return typeof scope === 'string' ? scope : (scope[0] ?? 'everywhere')
}
