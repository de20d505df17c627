import { describe, expect, it } from 'vitest'
import { philox4x32, random } from '../../../src/core/random'

const draws = (generator: ReturnType<typeof random>, count: number): number[] =>
  Array.from({ length: count }, () => generator.uniform())

describe('random', () => {
  it('gives the published Philox4x32-10 answers', () => {
    // Known answers of Random123 (kat_vectors, philox4x32 10)
    const ones = 0xffffffff

    expect(philox4x32([0, 0, 0, 0], 0, 0)).toEqual([0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8])
    expect(philox4x32([ones, ones, ones, ones], ones, ones)).toEqual([
      0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd,
    ])
    expect(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], 0xa4093822, 0x299f31d0)).toEqual([
      0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1,
    ])
  })

  it('repeats the same numbers for the same keys, whatever was drawn in between', () => {
    const first = draws(random(7, 3, 12, 'box'), 10)
    const other = random(7, 3, 13, 'box')
    const again = random(7, 3, 12, 'box')
    const interleaved = Array.from({ length: 10 }, () => {
      other.uniform()
      return again.uniform()
    })

    expect(interleaved).toEqual(first)
  })

  it('gives other numbers when any key differs, also in its type or its grouping', () => {
    const streams = [
      random(1, 2, 3, 'a'),
      random(2, 2, 3, 'a'),
      random(1, 3, 3, 'a'),
      random(1, 2, 4, 'a'),
      random(1, 2, 3, 'b'),
      random(1, 2, 3, 'a', 0),
      random(1, '2', 3, 'a'),
      random(1, 2, 3, 'ab'),
      random(1, 2, 3, 'a', 'b'),
      random(-1, 2, 3, 'a'),
      random(0.5, 2, 3, 'a'),
    ].map(generator => generator.uniform())

    expect(new Set(streams).size).toBe(streams.length)
  })

  it('is roughly uniform along a stream and across neighbouring keys', () => {
    const along = random(42, 'uniformity')
    const bins = { along: new Array<number>(10).fill(0), across: new Array<number>(10).fill(0) }
    for (let sample = 0; sample < 20_000; sample++) {
      bins.along[Math.floor(along.uniform() * 10)]! += 1
      bins.across[Math.floor(random(42, 0, sample, 'flip').uniform() * 10)]! += 1
    }

    // Chi-square with 9 degrees of freedom: below 33.7 in 99.99 % of the cases
    for (const counts of [bins.along, bins.across]) {
      expect(counts.reduce((sum, count) => sum + (count - 2000) ** 2 / 2000, 0)).toBeLessThan(33.7)
    }
  })

  it('draws integers with both ends included and shuffles into a permutation', () => {
    const generator = random(3, 'integers')
    const seen = new Set(Array.from({ length: 200 }, () => generator.integer(-1, 2)))

    expect([...seen].sort((a, b) => a - b)).toEqual([-1, 0, 1, 2])
    expect(generator.shuffle(50).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 50 }, (_, index) => index),
    )
    expect(random(3, 'order').shuffle(50)).not.toEqual(Array.from({ length: 50 }, (_, index) => index))
    expect(['a', 'b']).toContain(generator.choice(['a', 'b']))
    expect(() => generator.choice([])).toThrow(RangeError)
  })
})
