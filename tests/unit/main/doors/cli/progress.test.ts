import { expect, test } from 'vitest'
import { createProgressLines, timeLeft } from '../../../../../src/main/doors/cli/progress'

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

test('a log gets a line for each tenth of a stage, also where two stages take turns', () => {
  const lines: string[] = []
  const view = createProgressLines(line => lines.push(line))

  for (let done = 1; done <= 100; done++) {
    view.show({ event: 'progress', stage: 'Encoding', done, total: 100 })
    view.show({ event: 'step', epoch: 1, step: done, steps: 100, loss: 0.5 })
  }
  view.show({ event: 'progress', stage: 'Encoding', done: 1, total: 100 })

  expect(lines).toHaveLength(2 * 11 + 1)
  expect(lines.slice(0, 3)).toEqual([
    'Encoding: 0 % (1/100)',
    'Epoch 1: 0 % (1/100) · loss 0.5000',
    'Encoding: 10 % (10/100)',
  ])
})
