import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  fitViewport,
  panBy,
  pixelShapeOf,
  scalesOf,
  toSlice,
  zoomAt,
} from '../../../../src/renderer/src/canvas/viewport'

const square = { x: 1, y: 1 }
const slice = { width: 800, height: 540 }
const stage = { width: 840, height: 780 }

describe('fitViewport', () => {
  it('shows the whole slice in the middle of what the padding leaves', () => {
    const { scale, x, y } = fitViewport(slice, stage, { top: 40, side: 20, bottom: 140 })

    expect([scale, x, y]).toEqual([1, 20, 70])
  })

  it('enlarges a small slice no further than can be worked with', () => {
    expect(fitViewport({ width: 2, height: 2 }, stage, { top: 0, side: 0, bottom: 0 }).scale).toBe(40)
  })

  it('shows pixels as long and as wide as they are', () => {
    const pixelShape = pixelShapeOf({ x: 0.7, y: 3.5 })
    const view = fitViewport({ width: 100, height: 20 }, stage, { top: 0, side: 20, bottom: 0 }, pixelShape)

    expect(pixelShape).toEqual({ x: 1, y: 5 })
    expect(scalesOf(view)).toEqual({ x: 7.8, y: 39 }) // 100 x 100 pixels of 7.8: as high as the stage
    expect(pixelShapeOf(null)).toEqual(square)
  })

  it('survives a stage that has no room', () => {
    expect(
      fitViewport(slice, { width: 0, height: 0 }, { top: 40, side: 20, bottom: 140 }).scale,
    ).toBeGreaterThan(0)
  })
})

describe('zoomAt', () => {
  test.prop([
    fc.double({ min: 0.3, max: 3, noNaN: true }),
    fc.integer({ min: 0, max: 840 }),
    fc.integer({ min: 0, max: 780 }),
  ])('keeps what lies under the pointer there', (factor, x, y) => {
    const before = { scale: 1.7, pixelShape: { x: 1, y: 2.5 }, x: -120, y: 33 }

    const after = zoomAt(before, factor, { x, y })

    const [a, b] = [toSlice(before, { x, y }), toSlice(after, { x, y })]
    // Rounding of doubles at coordinates of up to 1000 pixels.
    expect(b.x).toBeCloseTo(a.x, 8)
    expect(b.y).toBeCloseTo(a.y, 8)
  })

  it('stops at its limits without moving', () => {
    const before = { scale: 40, pixelShape: square, x: 5, y: 6 }

    expect(zoomAt(before, 10, { x: 100, y: 100 })).toEqual(before)
  })
})

describe('panBy', () => {
  it('never lets the slice out of sight', () => {
    const at = { scale: 1, pixelShape: square, x: 0, y: 0 }

    expect(panBy(at, 9999, 9999, slice, stage)).toEqual({ ...at, x: 792, y: 732 })
    expect(panBy(at, -9999, -9999, slice, stage)).toEqual({ ...at, x: -752, y: -492 })
  })
})
