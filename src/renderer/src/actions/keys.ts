/** The parts of a keyboard event that decide which key it is. */
export interface KeyPress {
  readonly key: string
  readonly code?: string
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
  readonly shiftKey: boolean
}

/** Ctrl, Alt, Shift in this order, then the key. ⌘ counts as Ctrl. */
export function keyName(press: KeyPress): string | null {
  if (['Control', 'Meta', 'Alt', 'Shift', 'Dead', 'Process', 'Unidentified'].includes(press.key)) return null
  const key = press.key.length === 1 ? (press.key === ' ' ? 'Space' : press.key.toUpperCase()) : press.key
  const isLetter = /^[A-Z]$/.test(key)
  const parts = [
    press.ctrlKey || press.metaKey ? 'Ctrl' : null,
    press.altKey ? 'Alt' : null,
    // Of "?" and other signs Shift is a part already.
    press.shiftKey && (isLetter || key.length > 1) ? 'Shift' : null,
    key,
  ]
  return parts.filter(part => part !== null).join('+')
}

/** The keys of a binding: "PageDown ArrowDown" are two. */
export function keysOf(binding: string | null): readonly string[] {
  return binding === null ? [] : binding.split(' ').filter(key => key !== '')
}

/** A key that text fields need for themselves: everything but Ctrl and Alt combinations and F keys. */
export function typesText(key: string): boolean {
  return !/^(Ctrl|Alt)\+/.test(key) && !/^(Shift\+)?F\d{1,2}$/.test(key)
}

const signs: Readonly<Record<string, string>> = {
  ArrowUp: '↑',
  ArrowDown: '↓',
  ArrowLeft: '←',
  ArrowRight: '→',
  PageUp: 'PgUp',
  PageDown: 'PgDn',
  Escape: 'Esc',
  Delete: 'Del',
}

/** How a key is written on the screen: "Ctrl K", "PgDn". */
export function shownKey(key: string): string {
  return key === '+'
    ? key
    : key
        .split('+')
        .map(part => signs[part] ?? part)
        .join(' ')
}
