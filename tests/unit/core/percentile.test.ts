import { expect, it } from 'vitest'
import { percentile } from '../../../src/core/percentile'

it('interpolates between the two nearest ranks, as NumPy', () => {
  expect([0, 25, 50, 95, 100].map(percent => percentile([1, 2, 4, 8], percent))).toEqual([
    1,
    1.75,
    3,
    expect.closeTo(7.4, 12),
    8,
  ])
  expect(percentile([3], 40)).toBe(3)
})

it('stays infinite between two infinite distances', () => {
  expect(percentile([1, Infinity, Infinity], 75)).toBe(Infinity)
})
