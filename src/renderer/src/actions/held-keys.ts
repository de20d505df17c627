import type { MessageKey } from '../locale'
import type { ViewName } from '../router/route'

/** What the hand does beside the commands: these keys are the stage's own and cannot be changed. */
export interface HeldKey {
  readonly labelKey: MessageKey
  /** Keys as `shownKey` writes them; those of `signs` are words of the language */
  readonly key: string
  readonly view: ViewName
}

export const signs = {
  wheel: 'keys.sign.wheel',
  arrows: 'keys.sign.arrows',
  click: 'keys.sign.click',
} as const satisfies Readonly<Record<string, MessageKey>>

const held = (key: string, labelKey: MessageKey): HeldKey => ({ key, labelKey, view: 'annotate' })

export const heldKeys: readonly HeldKey[] = [
  held('S', 'keys.held.bare'),
  held('Space', 'keys.held.pan'),
  held('W', 'keys.held.window'),
  held('Tab', 'keys.held.tab'),
  held('wheel', 'keys.held.wheel'),
  held('Ctrl+wheel', 'keys.held.zoom'),
  held('arrows', 'keys.held.arrows'),
  held('Ctrl+arrows', 'keys.held.arrowsFar'),
  held('Shift+arrows', 'keys.held.arrowsResize'),
  held('Shift+click', 'keys.held.redClick'),
]
