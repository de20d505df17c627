import { describe, expect, it } from 'vitest'
import { paintWindow, shadeOf } from '../../../../src/renderer/src/canvas/window-level'

describe('shadeOf', () => {
  it('follows the pseudo-code of DICOM PS3.3 C.11.2.1.2.1, with its own example', () => {
    const shade = shadeOf({ centre: 2048, width: 4096 })

    expect([shade(-1), shade(0), shade(4095), shade(5000)]).toEqual([0, 0, 255, 255])
    expect(shade(2048)).toBe(128)
  })

  it('makes a width of 1 a threshold at the centre', () => {
    const shade = shadeOf({ centre: 50, width: 1 })

    expect([shade(49), shade(51)]).toEqual([0, 255])
  })

  it('spreads narrow windows of floats exactly, where LINEAR would divide by nothing', () => {
    const shade = shadeOf({ centre: 0.5, width: 1 })

    expect([shade(0), shade(0.2), shade(1)]).toEqual([0, 51, 255])
  })
})

describe('paintWindow', () => {
  it('spreads floats over the whole of a window, as the model sees them', () => {
    const out = new Uint8ClampedArray(12)

    paintWindow(Float32Array.from([0.5, 2, 3.5]), 1, { centre: 2, width: 3 }, out)

    expect([out[0], out[4], out[8]]).toEqual([0, 128, 255])
  })

  it('paints signed 16-bit values through a table as it would without one', () => {
    const values = [-32768, -1024, -1, 0, 39, 40, 41, 1000, 32767]
    const window = { centre: 40, width: 400 }
    const out = new Uint8ClampedArray(values.length * 4)
    const exact = new Uint8ClampedArray(values.length * 4)

    paintWindow(Int16Array.from(values), 1, window, out)
    paintWindow(Float64Array.from(values), 1, window, exact)

    expect([...out]).toEqual([...exact])
  })

  it('keeps the three channels of colour apart and is opaque', () => {
    const out = new Uint8ClampedArray(8)

    paintWindow(Uint8Array.from([0, 128, 255, 10, 20, 30]), 3, { centre: 128, width: 256 }, out)

    expect([...out]).toEqual([0, 128, 255, 255, 10, 20, 30, 255])
  })
})
