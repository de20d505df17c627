import { describe, expect, test } from 'vitest'
import { looseBox } from '../../../../src/core/prompts'

describe('the loose box', () => {
  const box = { x0: 100, y0: 50, x1: 300, y1: 250 }
  const size = { height: 512, width: 1024 }

  test('depends on seed, key and value only, and moves each side by at most the jitter at scale 256', () => {
    const moves = Array.from({ length: 200 }, (_, value) => {
      const moved = looseBox(box, size, { jitter: 5, seed: 0, key: 'a', value })
      return [moved.x0 - box.x0, moved.y0 - box.y0, moved.x1 - box.x1, moved.y1 - box.y1]
    }).flat()

    const drawn = looseBox(box, size, { jitter: 5, seed: 1, key: 'a', value: 2 })
    expect(looseBox(box, size, { jitter: 5, seed: 1, key: 'a', value: 2 })).toEqual(drawn)
    expect(looseBox(box, size, { jitter: 5, seed: 1, key: 'b', value: 2 })).not.toEqual(drawn)
    // 1024 pixels are four times 256: whole pixels there are steps of four here.
    expect(new Set(moves.map(move => Math.abs(move % 4)))).toEqual(new Set([0]))
    expect([Math.min(...moves), Math.max(...moves)]).toEqual([-20, 20])
  })

  test('never changes from version to version, or scores could not be compared', () => {
    const drawn = [1, 2, 300].map(value =>
      looseBox(box, { height: 540, width: 800 }, { jitter: 5, seed: 7, key: 'images/a.png#3', value }),
    )

    expect(drawn).toEqual([
      { x0: 84, x1: 306, y0: 56, y1: 253 },
      { x0: 88, x1: 288, y0: 50, y1: 234 },
      { x0: 84, x1: 294, y0: 59, y1: 234 },
    ])
  })

  test('stays inside the slice and never turns inside out', () => {
    for (let value = 0; value < 100; value++) {
      const edge = { x0: 0, y0: 511, x1: 1, y1: 511 }
      const moved = looseBox(edge, size, { jitter: 5, seed: 0, key: 'a', value })
      expect(moved.x0).toBeGreaterThanOrEqual(0)
      expect(moved.y1).toBeLessThanOrEqual(511)
      expect(moved.x0).toBeLessThanOrEqual(moved.x1)
      expect(moved.y0).toBeLessThanOrEqual(moved.y1)
    }
  })
})
