import { fc, test as property } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { keyName, keysOf, shownKey, typesText } from '../../../../src/renderer/src/actions/keys'

const press = (key: string, held: readonly ('ctrl' | 'meta' | 'alt' | 'shift')[] = []) => ({
  key,
  ctrlKey: held.includes('ctrl'),
  metaKey: held.includes('meta'),
  altKey: held.includes('alt'),
  shiftKey: held.includes('shift'),
})

describe('the name of a key', () => {
  test.each([
    [press('r'), 'R'],
    [press('R', ['shift']), 'Shift+R'],
    [press('z', ['ctrl', 'shift']), 'Ctrl+Shift+Z'],
    [press('z', ['meta']), 'Ctrl+Z'],
    [press('?', ['shift']), '?'],
    [press(' '), 'Space'],
    [press('PageDown'), 'PageDown'],
    [press('F6', ['shift']), 'Shift+F6'],
    [press('1', ['alt']), 'Alt+1'],
    [press('['), '['],
    [press('+', ['shift']), '+'],
  ])('%o is %s', (pressed, name) => {
    expect(keyName(pressed)).toBe(name)
  })

  test.each(['Shift', 'Control', 'Alt', 'Meta', 'Dead', 'Process'])('%s alone is none', key => {
    expect(keyName(press(key))).toBeNull()
  })

  property.prop([fc.constantFrom('ctrl', 'alt', 'shift'), fc.constantFrom('a', 'Enter', 'F2', 'PageUp')])(
    'is the same however often it is asked, and has each part once',
    (held, key) => {
      const name = keyName(press(key, [held])) ?? ''
      expect(name).toBe(keyName(press(key, [held])))
      expect(new Set(name.split('+')).size).toBe(name.split('+').length)
    },
  )
})

test('a binding may hold several keys', () => {
  expect(keysOf('PageDown ArrowDown')).toEqual(['PageDown', 'ArrowDown'])
  expect(keysOf('')).toEqual([])
  expect(keysOf(null)).toEqual([])
})

test('letters and arrows belong to text fields, combinations and F keys do not', () => {
  expect(['A', 'Shift+P', 'Enter', 'ArrowUp', '?', 'Escape'].map(typesText)).toEqual(Array(6).fill(true))
  expect(['Ctrl+K', 'Alt+1', 'F6', 'Shift+F6', 'Ctrl+Shift+Z'].map(typesText)).toEqual(Array(5).fill(false))
})

test('keys are shown as they are printed', () => {
  expect(['Ctrl+K', 'PageDown', 'ArrowUp', '+', 'Escape'].map(shownKey)).toEqual([
    ...['Ctrl K', 'PgDn', '↑', '+', 'Esc'],
  ])
})
