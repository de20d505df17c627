import { describe, expect, it } from 'vitest'
import { windowFraction } from '../../../../src/shared/geometry/window-fraction'

describe('a window on whole numbers', () => {
  it('has black at its first and white at its last value', () => {
    const fraction = windowFraction({ centre: 2048, width: 4096 }, true)

    expect([-5, 0, 4095, 9999].map(fraction)).toEqual([0, 0, 1, 1])
    expect(fraction(2047.5)).toBeCloseTo(0.5, 12)
  })

  it('shows what the standard has as its example: centre 40, width 400', () => {
    const fraction = windowFraction({ centre: 40, width: 400 }, true)

    // ((x - (c - 0.5)) / (w - 1) + 0.5), DICOM PS3.3 C.11.2.1.2.1
    expect(fraction(100)).toBeCloseTo((100 - 39.5) / 399 + 0.5, 12)
  })

  it('is a step where it is one value wide', () => {
    const fraction = windowFraction({ centre: 7, width: 1 }, true)

    expect([6, 8].map(fraction)).toEqual([0, 1])
  })
})

describe('a window on other numbers', () => {
  it('reaches from edge to edge, however narrow it is', () => {
    const fraction = windowFraction({ centre: 0.5, width: 0.25 }, false)

    expect([0, 0.375, 0.5, 0.625, 1].map(fraction)).toEqual([0, 0, 0.5, 1, 1])
  })
})
