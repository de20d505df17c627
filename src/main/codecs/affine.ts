import type { Direction, Directions } from '../../shared/geometry/directions'
import type { Affine } from './codec'

/** World axes run to the right, to the front and upwards. */
const towards = [
  ['R', 'L'],
  ['A', 'P'],
  ['S', 'I'],
] as const

/**
 * Where each of three axes leads, by its largest component.
 *
 * @returns null where two axes of an oblique volume lead the same way
 */
export function directionsOf(affine: Affine): Directions | null {
  const letters: Direction[] = []
  const worlds = new Set<number>()
  for (const axis of [0, 1, 2]) {
    const components = [0, 1, 2].map(world => affine[world]?.[axis] ?? NaN)
    const sizes = components.map(Math.abs)
    const largest = sizes.indexOf(Math.max(...sizes))
    const letter = towards[largest]?.[(components[largest] ?? 0) > 0 ? 0 : 1]
    if (letter === undefined) return null
    letters.push(letter)
    worlds.add(largest)
  }
  const [x, y, z] = letters
  return worlds.size === 3 && x && y && z ? [x, y, z] : null
}

/**
 * The matrix of three steps and an origin.
 *
 * @param steps - mm towards the right, front and top for one step along each axis of the file
 */
export function affineOf(steps: readonly (readonly number[])[], origin: readonly number[]): Affine {
  const row = (world: number): number[] => [
    ...[0, 1, 2].map(axis => clean(steps[axis]?.[world] ?? NaN)),
    clean(origin[world] ?? NaN),
  ]
  return [row(0), row(1), row(2), [0, 0, 0, 1]]
}

/** No minus zeros, which look odd in JSON. */
const clean = (value: number): number => value + 0

/** DICOM and NRRD count towards left, posterior, superior. */
export const lpsToRas = ([left = NaN, posterior = NaN, superior = NaN]: readonly number[]): number[] => [
  -left,
  -posterior,
  superior,
]

export const isFiniteAffine = (affine: Affine): boolean => affine.flat().every(Number.isFinite)

export const lengthOf = (vector: readonly number[]): number => Math.hypot(...vector)
