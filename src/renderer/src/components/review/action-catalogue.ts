import type { Action } from '../../actions/action'
import { reviewActions } from './review-actions'

/** For looking up and changing keys; nothing runs from here. */
export function catalogue(): readonly Action[] {
  const never = (): boolean => false
  const nothing = (): Promise<void> => Promise.resolve()
  return reviewActions({
    canDecide: never,
    hasCurrent: never,
    canPredict: never,
    accept: nothing,
    edit: () => undefined,
    reject: nothing,
    next: () => undefined,
    predict: nothing,
  })
}
