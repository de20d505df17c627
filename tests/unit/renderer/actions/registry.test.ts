import { afterEach, expect, test } from 'vitest'
import type { Action } from '../../../../src/renderer/src/actions/action'
import { groupByView } from '../../../../src/renderer/src/actions/group-by-view'
import {
  actionForKey,
  allActions,
  boundKeys,
  conflictsOf,
  knownActions,
  registerActions,
  setChangedKeys,
  shownKeyOf,
} from '../../../../src/renderer/src/actions/registry'

const action = (id: string, defaultKey: string | null, scope: Action['scope']): Action => ({
  id,
  labelKey: 'action.undo',
  defaultKey,
  scope,
  run: () => undefined,
})

let remove = (): void => undefined
const register = (...actions: Action[]): void => {
  remove = registerActions(actions)
}

afterEach(() => {
  remove()
  setChangedKeys({})
})

test('one letter means something else in each view', () => {
  register(action('annotate.brush', 'R', 'annotate'), action('review.reject', 'R', 'review'))

  expect(actionForKey('R', 'annotate')?.id).toBe('annotate.brush')
  expect(actionForKey('R', 'review')?.id).toBe('review.reject')
  expect(actionForKey('R', 'models')).toBeUndefined()
})

test('a view comes before what works everywhere', () => {
  register(action('all', 'Ctrl+E', 'everywhere'), action('own', 'Ctrl+E', ['tune', 'review']))

  expect(actionForKey('Ctrl+E', 'review')?.id).toBe('own')
  expect(actionForKey('Ctrl+E', 'annotate')?.id).toBe('all')
})

test('the user’s key takes the place of the own one, and an empty one takes it away', () => {
  const next = action('next', 'PageDown ArrowDown', 'annotate')
  register(next)

  setChangedKeys({ next: 'J' })
  expect(boundKeys(next)).toEqual(['J'])
  expect(shownKeyOf('next')).toBe('J')
  expect(actionForKey('PageDown', 'annotate')).toBeUndefined()

  setChangedKeys({ next: '' })
  expect(shownKeyOf('next')).toBeNull()
})

test('a key is taken only where both commands can be reached', () => {
  const brush = action('annotate.brush', 'R', 'annotate')
  const reject = action('review.reject', 'X', 'review')
  const undo = action('undo', 'Ctrl+Z', 'everywhere')
  register(brush, reject, undo)

  expect(conflictsOf(reject, 'R')).toEqual([])
  expect(conflictsOf(reject, 'Ctrl+Z')).toEqual([undo])
  expect(conflictsOf(undo, 'R')).toEqual([brush])
  expect(conflictsOf(brush, 'R')).toEqual([])
})

test('what a closed view could do cannot be run, but its keys are still known', () => {
  register(action('review.accept', 'A', 'review'))
  remove()

  expect(allActions.value).toEqual([])
  expect(actionForKey('A', 'review')).toBeUndefined()
  expect(knownActions.value.map(({ id }) => id)).toContain('review.accept')
})

test('closing a view does not take away what another has registered under the same name since', () => {
  const closeFirst = registerActions([action('review.accept', 'A', 'review')])
  register(action('review.accept', 'B', 'review'))

  closeFirst()

  expect(actionForKey('B', 'review')?.id).toBe('review.accept')
})

test('commands are listed in the order of the journey, those of all views last', () => {
  const groups = groupByView([
    action('x', null, 'everywhere'),
    action('r', null, 'review'),
    action('a', null, ['annotate', 'review']),
  ])
  expect(groups.map(({ scope }) => scope)).toEqual(['annotate', 'review', 'everywhere'])
})
