import type { Affine } from '../codecs'

export type Triple = readonly [number, number, number]

/** Voxels along the axes of a file, and where they lie. */
export interface Grid {
  readonly sizes: Triple
  readonly affine: Affine
}

/** A whole-numbered way from the voxels of one grid to those of another: an axis leads along one axis, on or back. */
export interface GridMap {
  /** For each axis, the step in the other grid: 1 or -1 along one of its axes, 0 along the others */
  readonly steps: readonly [Triple, Triple, Triple]
  /** Voxel of the other grid that the first voxel lies on; may be outside of it */
  readonly origin: Triple
}

/** How far a voxel may lie beside the one that it is taken for, in voxels: files round their affines. */
const tolerance = 0.1

/**
 * How the voxels of a grid lie on those of an image, where they are the very same points in space: up to the order of axes,
 * their direction, and where the grid begins.
 *
 * @param from - an axis with one voxel may lead anywhere
 * @returns null where they are not
 */
export function gridMap(from: Grid, image: Grid): GridMap | null {
  const back = inverted(image.affine)
  if (!back) return null
  const linear = [0, 1, 2].map(axis => column(from.affine, axis)).map(step => times(back, step))
  const start = column(from.affine, 3).map((value, world) => value - (image.affine[world]?.[3] ?? NaN))
  const origin = times(back, triple(start))
  const steps = linear.map(step => triple(step.map(value => whole(value))))
  if (!isTurn(steps, from.sizes)) return null
  const rounded = triple(origin.map(whole))
  for (const corner of cornersOf(from.sizes)) {
    const misses = [0, 1, 2].map(axis => {
      const exact = reach(linear, corner, axis) + (origin[axis] ?? NaN)
      return Math.abs(exact - reach(steps, corner, axis) - (rounded[axis] ?? NaN))
    })
    if (!misses.every(miss => miss <= tolerance)) return null
  }
  const [x, y, z] = steps
  return x && y && z ? { steps: [x, y, z], origin: rounded } : null
}

/** Whether it says nothing: every voxel lies on that of its own number. */
export function isSamePlace({ steps, origin }: GridMap, from: Triple, to: Triple): boolean {
  return (
    from.every((size, axis) => size === to[axis]) &&
    origin.every(start => start === 0) &&
    steps.every((step, axis) => from[axis] === 1 || step[axis] === 1)
  )
}

/** Each axis along another one; where an axis has one voxel its step means nothing. */
function isTurn(steps: readonly Triple[], sizes: Triple): boolean {
  const taken = new Set<number>()
  for (const [axis, step] of steps.entries()) {
    if (sizes[axis] === 1) continue
    const along = step.findIndex(value => value !== 0)
    const isUnit = step.filter(value => value !== 0).length === 1 && Math.abs(step[along] ?? 0) === 1
    if (!isUnit || taken.has(along)) return false
    taken.add(along)
  }
  return true
}

function cornersOf([x, y, z]: Triple): Triple[] {
  const ends = (size: number): number[] => [0, size - 1]
  return ends(x).flatMap(i => ends(y).flatMap(j => ends(z).map((k): Triple => [i, j, k])))
}

const reach = (steps: readonly Triple[], corner: Triple, axis: number): number =>
  steps.reduce((sum, step, at) => sum + (step[axis] ?? NaN) * (corner[at] ?? 0), 0)

/** Without minus zeros */
const whole = (value: number): number => Math.round(value) + 0

const triple = ([x = NaN, y = NaN, z = NaN]: readonly number[]): Triple => [x, y, z]

const column = (affine: Affine, at: number): Triple => triple([0, 1, 2].map(row => affine[row]?.[at] ?? NaN))

type Matrix = readonly [Triple, Triple, Triple]

const times = (rows: Matrix, vector: Triple): Triple =>
  triple(rows.map(row => row.reduce((sum, value, at) => sum + value * (vector[at] ?? NaN), 0)))

/** Of the part that turns and scales. @returns null where two axes lead the same way */
function inverted(affine: Affine): Matrix | null {
  const [a, b, c] = [column(affine, 0), column(affine, 1), column(affine, 2)]
  const rows = [cross(b, c), cross(c, a), cross(a, b)] as const
  const volume = a.reduce((sum, value, at) => sum + value * (rows[0][at] ?? NaN), 0)
  if (!Number.isFinite(volume) || Math.abs(volume) < 1e-12) return null
  const scaled = (row: Triple): Triple => triple(row.map(value => value / volume))
  return [scaled(rows[0]), scaled(rows[1]), scaled(rows[2])]
}

const cross = ([ax, ay, az]: Triple, [bx, by, bz]: Triple): Triple => [
  ay * bz - az * by,
  az * bx - ax * bz,
  ax * by - ay * bx,
]
