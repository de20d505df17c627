import { fc, test as propertyTest } from '@fast-check/vitest'
import { describe, expect, test } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import type { Grid, Triple } from '../../../../src/main/label-imports/grid-map'
import { gridMap } from '../../../../src/main/label-imports/grid-map'
import { labelsOnImage } from '../../../../src/main/label-imports/labels-on-image'

const sides = fc.integer({ min: 1, max: 5 })
const sizes = fc.tuple(sides, sides, sides)

const triples = (min: number, max: number): fc.Arbitrary<Triple> => {
  const one = fc.double({ min, max, noNaN: true })
  return fc.tuple(one, one, one)
}

/** An oblique, left- or right-handed place in space, as DICOM and NIfTI have them. */
const places = fc
  .record({
    angles: triples(-3, 3),
    spacings: triples(0.2, 7),
    origin: triples(-300, 300),
    isMirrored: fc.boolean(),
  })
  .map(({ angles: [a, b, c], spacings, origin, isMirrored }) => {
    const rotation = product(product(about(0, a), about(1, b)), about(2, c))
    return [0, 1, 2].map(row => [
      ...[0, 1, 2].map(
        column =>
          (rotation[row]?.[column] ?? 0) * (spacings[column] ?? 1) * (isMirrored && column === 0 ? -1 : 1),
      ),
      origin[row] ?? 0,
    ])
  })

function about(axis: number, angle: number): number[][] {
  const [i, j] = [(axis + 1) % 3, (axis + 2) % 3]
  const matrix = [0, 1, 2].map(row => [0, 1, 2].map(column => Number(row === column)))
  const [first, second] = [matrix[i] ?? [], matrix[j] ?? []]
  first[i] = second[j] = Math.cos(angle)
  second[i] = Math.sin(angle)
  first[j] = -Math.sin(angle)
  return matrix
}

const product = (a: number[][], b: number[][]): number[][] =>
  a.map(row =>
    [0, 1, 2].map(column => row.reduce((sum, value, at) => sum + value * (b[at]?.[column] ?? 0), 0)),
  )

const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const

interface Turned {
  readonly grid: Grid
  /** Voxel of the image for one of the grid */
  readonly onImage: (voxel: Triple) => Triple
}

/** The same points counted in another order: axis `a` of the new grid is axis `order[a]` of the image, or back along it. */
function turned(image: Grid, order: readonly number[], flips: readonly boolean[]): Turned {
  const side = (axis: number): number => image.sizes[order[axis] ?? 0] ?? 0
  const onImage = (voxel: Triple): Triple => {
    const found: [number, number, number] = [0, 0, 0]
    order.forEach((of, axis) => {
      found[of] = flips[axis] === true ? side(axis) - 1 - (voxel[axis] ?? 0) : (voxel[axis] ?? 0)
    })
    return found
  }
  const world = (voxel: Triple): number[] =>
    [0, 1, 2].map(row => {
      const [x = 0, y = 0, z = 0, start = 0] = image.affine[row] ?? []
      return x * voxel[0] + y * voxel[1] + z * voxel[2] + start
    })
  const first = world(onImage([0, 0, 0]))
  const steps = [0, 1, 2].map(axis => {
    const unit: Triple = [axis === 0 ? 1 : 0, axis === 1 ? 1 : 0, axis === 2 ? 1 : 0]
    return world(onImage(unit)).map((value, row) => value - (first[row] ?? 0))
  })
  const affine = [0, 1, 2].map(row => [...steps.map(step => step[row] ?? 0), first[row] ?? 0])
  return { grid: { sizes: [side(0), side(1), side(2)], affine: [...affine, [0, 0, 0, 1]] }, onImage }
}

/** Files keep their affines as 32-bit numbers or with six digits. */
const rounded = ({ sizes: own, affine }: Grid): Grid => ({
  sizes: own,
  affine: affine.map(row => row.map(value => Math.fround(Number(value.toFixed(6))))),
})

describe('labels on the grid of their image', () => {
  propertyTest.prop([
    sizes,
    places,
    fc.constantFrom(...orders),
    fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  ])(
    'are the very same voxels, whatever the order and direction of the axes',
    (own, affine, order, flips) => {
      const image: Grid = { sizes: own, affine }
      const { grid, onImage } = turned(image, order, flips)
      const [x, y, z] = grid.sizes
      const values = Int16Array.from({ length: x * y * z }, (_, at) => at + 1)
      const map = gridMap(rounded(grid), rounded(image))
      if (!map) throw new Error('no map')

      const { labels, outside } = labelsOnImage(tensor('int16', [z, y, x], values), map, own)

      const wanted = new Int16Array(values.length)
      values.forEach((value, at) => {
        const voxel = onImage([at % x, Math.floor(at / x) % y, Math.floor(at / (x * y))])
        wanted[(voxel[2] * own[1] + voxel[1]) * own[0] + voxel[0]] = value
      })
      expect([...labels.data]).toEqual([...wanted])
      expect(outside).toBe(0)
    },
  )

  propertyTest.prop([sizes, places, fc.double({ min: 0.2, max: 0.8, noNaN: true })])(
    'are refused where they lie between the voxels',
    (own, affine, shift) => {
      const moved = affine.map(row => [...row.slice(0, 3), (row[3] ?? 0) + shift * (row[0] ?? 0)])

      expect(gridMap({ sizes: own, affine: moved }, { sizes: own, affine })).toBeNull()
    },
  )

  test('are refused where their voxels are of another size', () => {
    const affine = [
      [1, 0, 0, 0],
      [0, 1, 0, 0],
      [0, 0, 1, 0],
    ]
    const half = affine.map(row => row.map((value, at) => (at < 3 ? value / 2 : value)))

    expect(gridMap({ sizes: [4, 4, 4], affine: half }, { sizes: [2, 2, 2], affine })).toBeNull()
  })

  test('may cover a part of the image, and reach out of it', () => {
    const affine = [
      [2, 0, 0, 0],
      [0, 2, 0, 0],
      [0, 0, 3, 0],
    ]
    const part = affine.map((row, axis) => [...row.slice(0, 3), [2, 4, -3][axis] ?? 0])
    const map = gridMap({ sizes: [2, 1, 2], affine: part }, { sizes: [3, 3, 1], affine })
    if (!map) throw new Error('no map')

    const { labels, outside } = labelsOnImage(
      tensor('uint8', [2, 1, 2], Uint8Array.from([7, 0, 5, 6])),
      map,
      [3, 3, 1],
    )

    expect([...labels.data]).toEqual([0, 0, 0, 0, 0, 0, 0, 5, 6])
    expect(outside).toBe(1)
  })
})
