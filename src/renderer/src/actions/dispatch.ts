import { currentView } from '../router/route'
import { reportError } from '../stores/notices'
import { keyName, typesText } from './keys'
import type { Action } from './action'
import { actionForKey, isEnabled } from './registry'

/** Runs a command; what goes wrong is shown where the user looks. */
export function runAction(action: Action): void {
  if (!isEnabled(action)) return
  void (async () => {
    try {
      await action.run()
    } catch (error) {
      reportError(error)
    }
  })()
}

/** Starts listening to the keyboard. @returns stops */
export function dispatchKeys(target: Window): () => void {
  const onKey = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return
    const key = keyName(event)
    if (key === null || (typesText(key) && keepsKey(event.target, key))) return
    if (isModalOpen() && typesText(key)) return
    const action = actionForKey(key, currentView.value)
    if (action === undefined || !isEnabled(action)) return
    event.preventDefault()
    if (event.repeat && action.repeats !== true) return
    runAction(action)
  }
  target.addEventListener('keydown', onKey)
  return () => {
    target.removeEventListener('keydown', onKey)
  }
}

const textFields =
  'input:not([type=checkbox],[type=radio],[type=range],[type=button]), textarea, select, [contenteditable=true]'
/** Controls that answer to Enter, Space and arrows themselves. */
const controls =
  'button, a[href], [role=tab], [role=radio], [role=slider], [role=menuitem], [role=option], input, summary'
const controlKeys = /^(Shift\+)?(Enter|Space|Arrow\w+|Home|End|PageUp|PageDown)$/

function keepsKey(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false
  if (target.closest(textFields) !== null) return true
  return controlKeys.test(key) && target.closest(controls) !== null
}

/** A dialog has the keyboard to itself. */
function isModalOpen(): boolean {
  return (
    document.querySelector(
      '[role=dialog][data-state=open], [role=alertdialog][data-state=open], [role=menu][data-state=open]',
    ) !== null
  )
}
