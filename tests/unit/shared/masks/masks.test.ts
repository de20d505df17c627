import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { labelComponents, largestComponent } from '../../../../src/shared/masks/components'
import { traceContours } from '../../../../src/shared/masks/contours'
import { maskEdges } from '../../../../src/shared/masks/edges'
import { decodeRuns, encodeRuns } from '../../../../src/shared/masks/rle'

const draw = (...rows: string[]): Uint8Array =>
  Uint8Array.from(rows.join(''), pixel => (pixel === '#' ? 1 : 0))

describe('run lengths', () => {
  test.prop([fc.uint8Array({ max: 1, maxLength: 300 })])('give back any mask', mask => {
    const runs = encodeRuns(mask)

    expect(decodeRuns(runs, mask.length)).toEqual(mask)
    expect(runs.slice(1).every(run => run > 0)).toBe(mask.length > 0 || runs.length === 1)
  })

  it('start with the zeros, even if there are none', () => {
    expect(encodeRuns(draw('##..#'))).toEqual([0, 2, 2, 1])
  })

  it.each([
    ['too long', [2, 9]],
    ['too short', [2, 1]],
    ['negative', [4, -1, 1]],
    ['fractional', [1.5, 2.5]],
    ['not a number', [NaN, 4]],
  ])('are refused when %s', (_, runs) => {
    expect(() => decodeRuns(runs, 4)).toThrow(RangeError)
  })
})

describe('maskEdges', () => {
  it('keeps the pixels with a background side, at holes and at the image border too', () => {
    const mask = draw('#####', '#####', '##.##', '#####', '#####')

    expect(maskEdges(mask, 5, 5)).toEqual(draw('#####', '#.#.#', '##.##', '#.#.#', '#####'))
  })

  it('finds nothing in an empty mask', () => {
    expect(maskEdges(new Uint8Array(6), 2, 3)).toEqual(new Uint8Array(6))
  })
})

describe('labelComponents', () => {
  const mask = draw('#.##', '.#..', '...#')

  it('joins corners by default', () => {
    expect(labelComponents(mask, 3, 4)).toEqual({
      labels: Int32Array.from([1, 0, 1, 1, 0, 1, 0, 0, 0, 0, 0, 2]),
      sizes: [4, 1],
    })
  })

  it('separates corners with connectivity 4', () => {
    expect(labelComponents(mask, 3, 4, 4).sizes).toEqual([1, 2, 1, 1])
  })

  it('gives the largest part alone, or null for an empty mask', () => {
    expect(largestComponent(labelComponents(mask, 3, 4, 4))).toEqual(draw('..##', '....', '....'))
    expect(largestComponent(labelComponents(new Uint8Array(4), 2, 2))).toBeNull()
  })

  test.prop([fc.uint8Array({ max: 1, minLength: 48, maxLength: 48 }), fc.constantFrom<4 | 8>(4, 8)])(
    'numbers every set pixel once and never joins what does not touch',
    (pixels, connectivity) => {
      const { labels, sizes } = labelComponents(pixels, 6, 8, connectivity)

      labels.forEach((label, i) => {
        expect(label > 0).toBe(pixels[i] !== 0)
        const right = i % 8 < 7 ? labels[i + 1] : undefined
        if (label > 0 && right !== undefined && right > 0) expect(right).toBe(label)
      })
      sizes.forEach((size, k) => expect(labels.filter(label => label === k + 1)).toHaveLength(size))
    },
  )
})

describe('traceContours', () => {
  it('walks around a pixel clockwise, without its straight corners', () => {
    expect(traceContours(draw('....', '.##.', '....'), 3, 4)).toEqual([[3, 1, 3, 2, 1, 2, 1, 1]])
  })

  it('gives a hole a ring of its own', () => {
    expect(traceContours(draw('###', '#.#', '###'), 3, 3)).toHaveLength(2)
  })

  it('keeps pixels apart that share only a corner', () => {
    expect(traceContours(draw('#.', '.#'), 2, 2)).toHaveLength(2)
  })

  test.prop([fc.uint8Array({ max: 1, minLength: 48, maxLength: 48 })])(
    'encloses exactly the area of the mask and has exactly its sides',
    mask => {
      const rings = traceContours(mask, 6, 8)

      const edges = rings.flatMap(ring =>
        Array.from({ length: ring.length / 2 }, (_, k) => {
          const [x0 = NaN, y0 = NaN] = ring.slice(2 * k)
          const [x1 = NaN, y1 = NaN] = ring.slice((2 * k + 2) % ring.length)
          return { x0, y0, x1, y1 }
        }),
      )
      // Shoelace formula: clockwise on screen is positive, holes are taken off.
      const twiceArea = edges.reduce((sum, { x0, y0, x1, y1 }) => sum + x0 * y1 - x1 * y0, 0)
      const length = edges.reduce((sum, { x0, y0, x1, y1 }) => sum + Math.abs(x1 - x0) + Math.abs(y1 - y0), 0)
      const at = (x: number, y: number): number =>
        x < 0 || y < 0 || x > 7 || y > 5 ? 0 : (mask[y * 8 + x] ?? 0)
      let sides = 0
      for (let y = -1; y < 6; y++) {
        for (let x = -1; x < 8; x++) {
          if (at(x, y) !== at(x + 1, y)) sides++
          if (at(x, y) !== at(x, y + 1)) sides++
        }
      }
      expect(twiceArea / 2).toBe(mask.reduce((sum, pixel) => sum + pixel, 0))
      expect(length).toBe(sides)
    },
  )
})
