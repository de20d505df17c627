import { expect, test } from 'vitest'
import { Prompt } from '../../../../src/shared/domain/prompt'

test('a prompt lies somewhere near a slice', () => {
  const box = { x0: -3.5, y0: 0, x1: 4000, y1: 10 }

  expect(Prompt.safeParse({ box, points: [] }).success).toBe(true)
  for (const far of [1e308, -1e308, Infinity, NaN])
    expect(Prompt.safeParse({ box: { ...box, x1: far }, points: [] }).success).toBe(false)
  expect(Prompt.safeParse({ box: null, points: [{ x: 1e7, y: 0, sign: 'positive' }] }).success).toBe(false)
})
