import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  boxBetween,
  boxOf,
  moveBox,
  pixelAt,
  rectangleOf,
  resizeBox,
} from '../../../../src/renderer/src/canvas/box-corners'

const slice = { width: 100, height: 60 }
const pixelX = fc.integer({ min: 0, max: 99 })
const pixelY = fc.integer({ min: 0, max: 59 })

describe('boxBetween', () => {
  it('takes every pixel that the hand has passed over, in any direction', () => {
    expect(boxBetween({ x: 20.2, y: 30.9 }, { x: 10.7, y: 5.1 }, slice)).toEqual({
      x0: 10,
      y0: 5,
      x1: 20,
      y1: 30,
    })
  })

  it('is cut to the slice and never empty', () => {
    expect(boxBetween({ x: -50, y: -50 }, { x: 500, y: 500 }, slice)).toEqual({
      x0: 0,
      y0: 0,
      x1: 99,
      y1: 59,
    })
    expect(boxBetween({ x: 120, y: 70 }, { x: 120, y: 70 }, slice)).toEqual({
      x0: 99,
      y0: 59,
      x1: 99,
      y1: 59,
    })
  })

  test.prop([pixelX, pixelX, pixelY, pixelY])('is drawn and read back as itself', (xa, xb, ya, yb) => {
    const box = { x0: Math.min(xa, xb), y0: Math.min(ya, yb), x1: Math.max(xa, xb), y1: Math.max(ya, yb) }

    expect(boxOf(rectangleOf(box), slice)).toEqual(box)
  })
})

describe('pixelAt', () => {
  it('names the pixel whose square it is in, and none outside', () => {
    expect(pixelAt({ x: 99.99, y: 0 }, slice)).toEqual({ x: 99, y: 0 })
    expect(pixelAt({ x: 100, y: 0 }, slice)).toBeNull()
    expect(pixelAt({ x: -0.01, y: 0 }, slice)).toBeNull()
  })
})

describe('moveBox and resizeBox', () => {
  it('moves as far as the slice goes and keeps the size', () => {
    expect(moveBox({ x0: 90, y0: 5, x1: 95, y1: 9 }, 10, -10, slice)).toEqual({
      x0: 94,
      y0: 0,
      x1: 99,
      y1: 4,
    })
  })

  it('shrinks to one pixel at most', () => {
    expect(resizeBox({ x0: 10, y0: 10, x1: 12, y1: 12 }, -50, 100, slice)).toEqual({
      x0: 10,
      y0: 10,
      x1: 10,
      y1: 59,
    })
  })
})
