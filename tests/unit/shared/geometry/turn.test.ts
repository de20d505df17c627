import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import {
  inverseTurn,
  turnBox,
  turnPosition,
  turnRuns,
  turnSize,
  turnValues,
} from '../../../../src/shared/geometry/turn'
import { encodeRuns } from '../../../../src/shared/masks/rle'

const turns = fc.record({ isTransposed: fc.boolean(), flipsX: fc.boolean(), flipsY: fc.boolean() })
const sizes = fc.record({ width: fc.integer({ min: 1, max: 9 }), height: fc.integer({ min: 1, max: 9 }) })

describe('turning a plane', () => {
  it('changes rows and columns first, and mirrors then', () => {
    const plane = Uint8Array.of(1, 2, 3, 4, 5, 6) // 1 2 3 over 4 5 6
    const turn = { isTransposed: true, flipsX: true, flipsY: false }

    // 1 4, 2 5, 3 6, and then each row from right to left
    expect([...turnValues(plane, { width: 3, height: 2 }, 1, turn)]).toEqual([4, 1, 5, 2, 6, 3])
    expect(turnSize({ width: 3, height: 2 }, turn)).toEqual({ width: 2, height: 3 })
    expect(turnPosition({ x: 2, y: 0 }, { width: 3, height: 2 }, turn)).toEqual({ x: 1, y: 2 })
  })

  it('keeps the channels of a pixel together', () => {
    const plane = Uint8Array.of(1, 2, 3, 4, 5, 6)

    expect([
      ...turnValues(plane, { width: 2, height: 1 }, 3, { isTransposed: false, flipsX: true, flipsY: false }),
    ]).toEqual([4, 5, 6, 1, 2, 3])
  })

  test.prop([turns, sizes])('and back gives what was there', (turn, size) => {
    const values = Uint16Array.from({ length: size.width * size.height }, (_, at) => at)
    const turned = turnValues(values, size, 1, turn)

    expect(turnValues(turned, turnSize(size, turn), 1, inverseTurn(turn))).toEqual(values)
  })

  test.prop([turns, sizes, fc.nat(), fc.nat()])('moves positions as it moves values', (turn, size, a, b) => {
    const values = Uint16Array.from({ length: size.width * size.height }, (_, at) => at)
    const from = { x: a % size.width, y: b % size.height }
    const to = turnPosition(from, size, turn)

    expect(turnValues(values, size, 1, turn)[to.y * turnSize(size, turn).width + to.x]).toBe(
      values[from.y * size.width + from.x],
    )
  })

  test.prop([turns, sizes, fc.nat(), fc.nat(), fc.nat(), fc.nat()])(
    'moves a box with the mask that fills it',
    (turn, size, a, b, c, d) => {
      const [x0 = 0, x1 = 0] = [a % size.width, b % size.width].sort((one, other) => one - other)
      const [y0 = 0, y1 = 0] = [c % size.height, d % size.height].sort((one, other) => one - other)
      const filled = (plane: typeof size, box: typeof turned): number[] =>
        encodeRuns(
          Uint8Array.from({ length: plane.width * plane.height }, (_, at) => {
            const [x, y] = [at % plane.width, Math.floor(at / plane.width)]
            return Number(x >= box.x0 && x <= box.x1 && y >= box.y0 && y <= box.y1)
          }),
        )
      const box = { x0, y0, x1, y1 }
      const turned = turnBox(box, size, turn)

      expect(turnRuns(filled(size, box), size, turn)).toEqual(filled(turnSize(size, turn), turned))
    },
  )
})
