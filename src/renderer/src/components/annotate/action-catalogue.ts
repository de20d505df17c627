import type { Action } from '../../actions/action'
import { annotateActions } from './use-annotate-actions'

/** For looking up and changing keys while the view is not shown. */
export function catalogue(): readonly Action[] {
  return annotateActions()
}
