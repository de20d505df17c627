import { test } from '@fast-check/vitest'
import { describe, expect } from 'vitest'
import { boxOfMask } from '../../../../src/core/imaging/box'
import { maskArbitrary } from './mask-arbitrary'

describe('the box of a mask', () => {
  test.prop([maskArbitrary])('is the smallest inside the image around every pixel', given => {
    const { mask, height, width } = given

    const box = boxOfMask(mask, height, width)

    const inside = [...mask].flatMap((value, at) =>
      value ? [{ x: at % width, y: Math.floor(at / width) }] : [],
    )
    if (!box) {
      expect(inside).toEqual([])
      return
    }
    const [xs, ys] = [inside.map(({ x }) => x), inside.map(({ y }) => y)]
    expect(box).toEqual({
      x0: Math.min(...xs),
      y0: Math.min(...ys),
      x1: Math.max(...xs),
      y1: Math.max(...ys),
    })
  })
})
