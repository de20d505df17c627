import type { Turn } from './turn'
import { noTurn } from './turn'

/** Right, left, anterior, posterior, superior, inferior: where an axis leads. */
export type Direction = 'R' | 'L' | 'A' | 'P' | 'S' | 'I'

/** Where the three axes of a volume lead, in the order of its file: `RAS`. */
export type Directions = readonly [Direction, Direction, Direction]

export type VolumeAxis = 0 | 1 | 2

/** Letters at the four edges of a plane. */
export interface Edges {
  readonly top: Direction
  readonly right: Direction
  readonly bottom: Direction
  readonly left: Direction
}

/** The plane that is cut across an axis, by where that axis leads. */
export type PlaneName = 'axial' | 'coronal' | 'sagittal'

/** Axes of the file along the rows and the columns of a stored plane, for each axis that is cut. */
export const acrossAndDown = { 0: [1, 2], 1: [0, 2], 2: [0, 1] } as const satisfies Record<
  VolumeAxis,
  readonly [VolumeAxis, VolumeAxis]
>

const opposites: Readonly<Record<Direction, Direction>> = { R: 'L', L: 'R', A: 'P', P: 'A', S: 'I', I: 'S' }

export const opposite = (direction: Direction): Direction => opposites[direction]

/** What a radiologist expects to the right of and below a plane: patient right on screen left, head and front up. */
const wanted = {
  axial: { right: 'L', bottom: 'P' },
  coronal: { right: 'L', bottom: 'I' },
  sagittal: { right: 'A', bottom: 'I' },
} as const satisfies Record<PlaneName, { readonly right: Direction; readonly bottom: Direction }>

export function planeName(directions: Directions, axis: VolumeAxis): PlaneName {
  const cut = directions[axis]
  if (cut === 'S' || cut === 'I') return 'axial'
  return cut === 'A' || cut === 'P' ? 'coronal' : 'sagittal'
}

/** How a stored plane is turned into radiological view. @param directions - null, where the file does not say: not at all */
export function radiologicalTurn(directions: Directions | null, axis: VolumeAxis): Turn {
  if (directions === null) return noTurn
  const { right, bottom } = wanted[planeName(directions, axis)]
  const [across, down] = acrossAndDown[axis].map(one => directions[one])
  const isTransposed = across !== right && across !== opposite(right)
  const [alongX, alongY] = isTransposed ? [down, across] : [across, down]
  return { isTransposed, flipsX: alongX !== right, flipsY: alongY !== bottom }
}

/** The letters around a plane in radiological view. */
export function radiologicalEdges(directions: Directions | null, axis: VolumeAxis): Edges | null {
  if (directions === null) return null
  const { right, bottom } = wanted[planeName(directions, axis)]
  return { top: opposite(bottom), right, bottom, left: opposite(right) }
}

/** @returns null for anything but three letters of three different axes */
export function parseDirections(text: string | null): Directions | null {
  const [x, y, z] = [0, 1, 2].map(at => directionOf(text?.[at]))
  if (!x || !y || !z || text?.length !== 3) return null
  const isOneAxis = (a: Direction, b: Direction): boolean => a === b || a === opposite(b)
  return isOneAxis(x, y) || isOneAxis(y, z) || isOneAxis(x, z) ? null : [x, y, z]
}

const directionOf = (letter: string | undefined): Direction | null =>
  letter !== undefined && letter in opposites ? (letter as Direction) : null
