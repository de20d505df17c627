import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { paintStroke } from '../../../../src/shared/masks/brush'
import { fillHoles } from '../../../../src/shared/masks/fill-holes'
import { fillPolygon } from '../../../../src/shared/masks/fill-polygon'
import { grow, shrink } from '../../../../src/shared/masks/grow-shrink'
import { keepLargest } from '../../../../src/shared/masks/keep-largest'
import { outlinePath } from '../../../../src/shared/masks/outline-path'
import { smooth } from '../../../../src/shared/masks/smooth'
import { arbitraryMask, draw, shown } from './drawn'

const isSubset = (a: Uint8Array, b: Uint8Array): boolean =>
  a.every((pixel, index) => pixel <= (b[index] ?? 0))

describe('filling holes', () => {
  it('sets what is enclosed, over corners too, and nothing that the frame leads to', () => {
    const mask = draw('.###.', '#..#.', '.###.', '##.##', '#..#.')

    expect(shown(fillHoles(mask, 5, 5), 5)).toEqual(['.###.', '####.', '.###.', '##.##', '#..#.'])
  })

  test.prop([arbitraryMask])(
    'only adds, and finds nothing more the second time',
    ({ mask, height, width }) => {
      const filled = fillHoles(mask, height, width)

      expect(isSubset(mask, filled)).toBe(true)
      expect(fillHoles(filled, height, width)).toEqual(filled)
    },
  )
})

describe('keeping the largest part', () => {
  it('takes away all others', () => {
    expect(shown(keepLargest(draw('##.#', '..#.', '#...'), 3, 4), 4)).toEqual(['##.#', '..#.', '....'])
  })

  it('leaves an empty mask empty', () => {
    expect(keepLargest(new Uint8Array(6), 2, 3)).toEqual(new Uint8Array(6))
  })
})

describe('growing and shrinking', () => {
  it('go by the distance of centres', () => {
    const dot = draw('.....', '.....', '..#..', '.....', '.....')

    expect(shown(grow(dot, 5, 5, 1), 5)).toEqual(['.....', '..#..', '.###.', '..#..', '.....'])
    expect(shown(grow(dot, 5, 5, 2), 5)).toEqual(['..#..', '.###.', '#####', '.###.', '..#..'])
    expect(shrink(grow(dot, 5, 5, 2), 5, 5, 2)).toEqual(dot)
  })

  it('take nothing away at the frame', () => {
    const full = new Uint8Array(12).fill(1)

    expect(shrink(full, 3, 4, 2)).toEqual(full)
  })

  test.prop([arbitraryMask, fc.double({ min: 0, max: 4, noNaN: true })])(
    'are each other on the inverted mask',
    ({ mask, height, width }, radius) => {
      const inverted = mask.map(pixel => 1 - pixel)

      const shrunk = shrink(mask, height, width, radius)

      expect(shrunk).toEqual(grow(inverted, height, width, radius).map(pixel => 1 - pixel))
      expect(isSubset(shrunk, mask)).toBe(true)
    },
  )
})

describe('smoothing', () => {
  it('takes spikes away and fills notches, and leaves straight edges alone', () => {
    const mask = draw('......', '####..', '#####.', '####..', '##.#..', '####..')

    expect(shown(smooth(mask, 6, 6, 1), 6)).toEqual([
      '......',
      '####..',
      '####..',
      '####..',
      '####..',
      '####..',
    ])
  })

  test.prop([arbitraryMask, fc.double({ min: 0, max: 4, noNaN: true })])(
    'is the vote of the disc around each pixel',
    ({ mask, height, width }, radius) => {
      const votes = mask.map((own, index) => {
        const [y, x] = [Math.floor(index / width), index % width]
        let balance = 0
        for (let v = 0; v < height; v++) {
          for (let u = 0; u < width; u++) {
            if ((u - x) ** 2 + (v - y) ** 2 <= radius * radius) balance += mask[v * width + u] === 1 ? 1 : -1
          }
        }
        return balance === 0 ? own : balance > 0 ? 1 : 0
      })

      expect(smooth(mask, height, width, radius)).toEqual(votes)
    },
  )

  test.prop([arbitraryMask])('treats the mask and its inverse alike', ({ mask, height, width }) => {
    const inverted = mask.map(pixel => 1 - pixel)

    expect(smooth(inverted, height, width, 2)).toEqual(smooth(mask, height, width, 2).map(pixel => 1 - pixel))
  })
})

describe('filling a polygon', () => {
  it('sets the pixels whose centres are inside', () => {
    const triangle = [
      { x: 0, y: 0 },
      { x: 4, y: 0 },
      { x: 0, y: 4 },
    ]

    expect(shown(fillPolygon(triangle, 5, 5), 5)).toEqual(['####.', '###..', '##...', '#....', '.....'])
  })

  it('leaves out what a line that crosses itself encloses twice', () => {
    const twice = [0, 4].flatMap(() => [
      { x: -0.5, y: -0.5 },
      { x: 2.5, y: -0.5 },
      { x: 2.5, y: 2.5 },
      { x: -0.5, y: 2.5 },
    ])

    expect(fillPolygon(twice, 3, 3)).toEqual(new Uint8Array(9))
  })

  it('draws nothing of a line, and only what the picture shows of what reaches beyond it', () => {
    const line = [
      { x: 0, y: 0 },
      { x: 5, y: 5 },
    ]
    const wide = [
      { x: -9, y: 1 },
      { x: 90, y: 1 },
      { x: 90, y: 2 },
      { x: -9, y: 2 },
    ]

    expect(fillPolygon(line, 6, 6)).toEqual(new Uint8Array(36))
    expect(shown(fillPolygon(wide, 3, 3), 3)).toEqual(['...', '###', '...'])
  })

  const corner = fc.record({
    x: fc.double({ min: -3, max: 15, noNaN: true }),
    y: fc.double({ min: -3, max: 15, noNaN: true }),
  })
  test.prop([fc.array(corner, { minLength: 3, maxLength: 12 })])(
    'agrees with counting the edges to the right of each centre',
    corners => {
      const isInside = (x: number, y: number): boolean => {
        let inside = false
        corners.forEach((b, index) => {
          const a = corners.at(index - 1) ?? b
          if (a.y <= y === b.y <= y) return
          if (x < a.x + ((y - a.y) / (b.y - a.y)) * (b.x - a.x)) inside = !inside
        })
        return inside
      }
      const expected = Uint8Array.from({ length: 12 * 12 }, (_, at) =>
        isInside(at % 12, Math.floor(at / 12)) ? 1 : 0,
      )

      expect(fillPolygon(corners, 12, 12)).toEqual(expected)
    },
  )
})

describe('the brush', () => {
  const point = fc.record({
    x: fc.double({ min: -5, max: 20, noNaN: true }),
    y: fc.double({ min: -5, max: 16, noNaN: true }),
  })
  test.prop([point, point, fc.double({ min: 0.8, max: 6, noNaN: true })])(
    'paints every centre that is near enough to its way, and says where',
    (from, to, radius) => {
      const [height, width] = [12, 16]
      const mask = new Uint8Array(height * width)

      const changed = paintStroke(mask, { height, width }, { from, to, radius, value: 1 })

      const distance = (x: number, y: number): number => {
        const [dx, dy] = [to.x - from.x, to.y - from.y]
        const square = dx * dx + dy * dy
        const along = square === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / square
        const nearest = Math.min(1, Math.max(0, along))
        return Math.hypot(x - from.x - nearest * dx, y - from.y - nearest * dy)
      }
      mask.forEach((pixel, index) => {
        const away = distance(index % width, Math.floor(index / width))
        // On the very rim rounding decides.
        if (Math.abs(away - radius) > 1e-9) expect(pixel).toBe(away < radius ? 1 : 0)
      })
      const xs = [...mask.keys()].filter(index => mask[index] === 1).map(index => index % width)
      if (changed === null) expect(xs).toEqual([])
      else expect([changed.x0, changed.x1]).toEqual([Math.min(...xs), Math.max(...xs)])
    },
  )

  it('takes away what it painted', () => {
    const mask = new Uint8Array(25)
    const dab = { from: { x: 2, y: 2 }, to: { x: 2, y: 2 }, radius: 1 }

    expect(paintStroke(mask, { height: 5, width: 5 }, { ...dab, value: 1 })).toEqual({
      ...{ x0: 1, y0: 1, x1: 3, y1: 3 },
    })
    expect(shown(mask, 5)).toEqual(['.....', '..#..', '.###.', '..#..', '.....'])
    expect(paintStroke(mask, { height: 5, width: 5 }, { ...dab, value: 1 })).toBeNull()
    paintStroke(mask, { height: 5, width: 5 }, { ...dab, value: 0 })
    expect(mask).toEqual(new Uint8Array(25))
  })

  it('always hits a pixel, however small it is', () => {
    const mask = new Uint8Array(25)
    const from = { x: 1.4, y: 2.4 }

    paintStroke(mask, { height: 5, width: 5 }, { from, to: from, radius: 0.1, value: 1 })

    expect(mask[2 * 5 + 1]).toBe(1)
  })
})

describe('the path of an outline', () => {
  it('goes around the pixels, and around holes', () => {
    const path = outlinePath(draw('###', '#.#', '###'), 3, 3)

    expect(path).toMatch(/^M[\d LM]*Z(M[\d LM]*Z)$/)
    expect(path.split('Z').filter(part => part !== '')).toHaveLength(2)
    expect(outlinePath(new Uint8Array(4), 2, 2)).toBe('')
    expect(outlinePath(draw('#'), 1, 1)).toBe('M1 0L1 1L0 1L0 0Z')
  })
})
