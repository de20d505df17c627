import { expect, test } from 'vitest'
import { AppError } from '../../../src/shared/errors'
import { countOf } from '../../../src/shared/text/count-of'

test.each([
  [0, '0 groups'],
  [1, '1 group'],
  [2, '2 groups'],
])('%i takes the noun that fits', (count, words) => {
  expect(countOf(count, 'group')).toBe(words)
})

test('a plural of its own is taken as given', () => {
  expect(countOf(2, 'axis', 'axes')).toBe('2 axes')
})

test('one refused item is spoken of as one', () => {
  expect(new AppError('ITEMS_REFUSED', { refused: 1, total: 1 }).message).toMatch(/^1 of 1 item was refused;/)
  expect(new AppError('ITEMS_REFUSED', { refused: 2, total: 3 }).message).toMatch(
    /^2 of 3 items were refused;/,
  )
})
