import { describe, expect, it } from 'vitest'
import type { Direction, Directions, VolumeAxis } from '../../../../src/shared/geometry/directions'
import {
  acrossAndDown,
  opposite,
  parseDirections,
  planeName,
  radiologicalEdges,
  radiologicalTurn,
} from '../../../../src/shared/geometry/directions'

const axes: readonly (readonly Direction[])[] = [
  ['R', 'L'],
  ['A', 'P'],
  ['S', 'I'],
]
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

/** All 48 ways in which a volume can lie in its file. */
const all: Directions[] = orders.flatMap(order =>
  [0, 1, 2, 3, 4, 5, 6, 7].map((flips): Directions => {
    const [x = 'R', y = 'A', z = 'S'] = order.map((axis, place) => axes[axis]?.[(flips >> place) & 1])
    return [x, y, z]
  }),
)

/** Where rows and columns of the turned plane lead. */
function shownDirections(directions: Directions, axis: VolumeAxis): { right: Direction; bottom: Direction } {
  const { isTransposed, flipsX, flipsY } = radiologicalTurn(directions, axis)
  const [across, down] = acrossAndDown[axis]
  const [x, y] = isTransposed
    ? [directions[down], directions[across]]
    : [directions[across], directions[down]]
  return { right: flipsX ? opposite(x) : x, bottom: flipsY ? opposite(y) : y }
}

describe('radiological view', () => {
  it('has the patient’s right on the left of axial and coronal planes, the front on the right of sagittal ones', () => {
    expect(all).toHaveLength(48)
    for (const directions of all) {
      for (const axis of [0, 1, 2] as const) {
        const shown = shownDirections(directions, axis)
        const wanted = {
          axial: { right: 'L', bottom: 'P' },
          coronal: { right: 'L', bottom: 'I' },
          sagittal: { right: 'A', bottom: 'I' },
        }[planeName(directions, axis)]

        expect(shown, `${directions.join('')} across ${axis}`).toEqual(wanted)
        expect(radiologicalEdges(directions, axis)).toMatchObject(wanted)
      }
    }
  })

  it('leaves planes as they are where the file does not say', () => {
    expect(radiologicalTurn(null, 2)).toEqual({ isTransposed: false, flipsX: false, flipsY: false })
    expect(radiologicalEdges(null, 2)).toBeNull()
  })

  it('turns an axial plane of a RAS file by half a turn', () => {
    expect(radiologicalTurn(['R', 'A', 'S'], 2)).toEqual({ isTransposed: false, flipsX: true, flipsY: true })
    expect(radiologicalEdges(['R', 'A', 'S'], 2)).toEqual({ top: 'A', right: 'L', bottom: 'P', left: 'R' })
  })
})

describe('directions as text', () => {
  it('are read back', () => {
    for (const directions of all) expect(parseDirections(directions.join(''))).toEqual(directions)
  })

  it.each([null, '', 'RA', 'RASL', 'RLS', 'RAX', 'ras'])('are none in %j', text => {
    expect(parseDirections(text)).toBeNull()
  })
})
