import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { labelComponents, largestComponent } from '../../../../src/shared/masks/components'
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
