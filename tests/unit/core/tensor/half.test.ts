import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { narrowHalf, widenBfloat16, widenHalf } from '../../../../src/core/tensor/half'

const everyPattern = Uint16Array.from({ length: 65536 }, (_, i) => i)
const isNan = (bits: number) => (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0

describe('half floats', () => {
  it('come back as the same bits, every one of them', () => {
    const back = narrowHalf(widenHalf(everyPattern))

    const wrong = everyPattern.filter((bits, i) => (isNan(bits) ? !isNan(back[i] ?? 0) : back[i] !== bits))
    expect([...wrong]).toEqual([])
  })

  it('have the values of IEEE 754', () => {
    const bits = [0x0000, 0x8000, 0x0001, 0x03ff, 0x0400, 0x3c00, 0xc000, 0x7bff, 0x7c00, 0xfc00]
    const values = [0, -0, 2 ** -24, 1023 * 2 ** -24, 2 ** -14, 1, -2, 65504, Infinity, -Infinity]

    expect([...widenHalf(Uint16Array.from(bits))]).toEqual(values)
  })

  it('round to the nearest, ties to even, and overflow to infinity', () => {
    const cases: [number, number][] = [
      [1 + 2 ** -11, 0x3c00], // a tie: down to the even mantissa
      [1 + 3 * 2 ** -11, 0x3c02], // a tie: up to the even mantissa
      [1 + 2 ** -11 + 2 ** -20, 0x3c01],
      [2 ** -25, 0x0000], // a tie between zero and the smallest
      [2 ** -25 * 1.0001, 0x0001],
      [3 * 2 ** -25, 0x0002],
      [65519.99, 0x7bff],
      [65520, 0x7c00],
      [-1e30, 0xfc00],
    ]

    expect([...narrowHalf(Float32Array.from(cases, ([value]) => value))]).toEqual(
      cases.map(([, bits]) => bits),
    )
  })

  it('are never further from the value than a neighbour is', () => {
    fc.assert(
      fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), value => {
        const bits = narrowHalf(Float32Array.of(value))[0] ?? 0
        const [below = 0, chosen = 0, above = 0] = widenHalf(Uint16Array.of(bits - 1, bits, bits + 1))
        const distance = Math.abs(chosen - value)
        return [below, above].every(other => !Number.isFinite(other) || distance <= Math.abs(other - value))
      }),
    )
  })

  it('of the brain kind are the upper bits of a float', () => {
    expect([...widenBfloat16(Uint16Array.of(0x3f80, 0xc000, 0x7f80, 0x0001))]).toEqual([
      1,
      -2,
      Infinity,
      2 ** -133,
    ])
  })
})
