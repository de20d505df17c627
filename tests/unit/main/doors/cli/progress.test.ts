import { expect, test } from 'vitest'
import { timeLeft } from '../../../../../src/main/doors/cli/progress'

test.each([
  [{ done: 0, total: 10 }, 5_000, 'reckoning the time left'],
  [{ done: 5, total: 10 }, 5_000, '5 s left'],
  [{ done: 1, total: 100 }, 1_000, '1 min 39 s left'],
  [{ done: 1, total: 10_000 }, 1_000, '2 h 46 min left'],
  [{ done: 10, total: 10 }, 5_000, '0 s left'],
])('the time left follows the pace of the stage: %j after %i ms', (pace, elapsed, words) => {
  expect(timeLeft({ startedAt: 100, from: 0, ...pace }, 100 + elapsed)).toBe(words)
})

test('what was done before the stage was first seen does not count as its pace', () => {
  expect(timeLeft({ startedAt: 0, from: 90, done: 95, total: 100 }, 50_000)).toBe('50 s left')
})
