import type { Action } from '../../actions/action'
import { tuneActions } from './tune-actions'

/** For looking up and changing keys; nothing runs from here. */
export function catalogue(): readonly Action[] {
  return tuneActions({ blink: () => undefined })
}
