import type { SeriesPlace } from './codec'
import { dot, normalOf } from './dicom-geometry'

export interface SeriesOrder<T> {
  /** By position along the normal of the slices, one for each position */
  readonly sorted: readonly T[]
  /** Of one position with another one */
  readonly duplicates: readonly T[]
  /** Distances that are larger than the others: slices are missing there */
  readonly gaps: number
}

/** How far apart two slices are that count as one, in mm */
const samePosition = 1e-3

/** How much larger than the median a distance is where a slice is missing */
const gapFactor = 1.5

/**
 * Slices of one series in the order in which they lie.
 *
 * @returns null where a slice does not say where it lies, or all lie in one place
 */
export function orderOf<T extends { readonly place: SeriesPlace | null }>(
  slices: readonly T[],
): SeriesOrder<T> | null {
  const orientation = slices[0]?.place?.orientation
  if (!orientation) return null
  const normal = normalOf(orientation)
  const placed = slices.flatMap(slice => {
    const { place } = slice
    const position = place?.position
    return place && position ? [{ slice, along: dot(position, normal), instance: place.instance ?? 0 }] : []
  })
  if (placed.length < slices.length) return null
  placed.sort((a, b) => a.along - b.along || a.instance - b.instance)
  const isFirst = placed.map(
    ({ along }, index) => index === 0 || along - (placed[index - 1]?.along ?? 0) > samePosition,
  )
  const kept = placed.filter((_, index) => isFirst[index])
  if (kept.length < 2) return null
  const distances = kept.slice(1).map(({ along }, index) => along - (kept[index]?.along ?? 0))
  const median = [...distances].sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0
  return {
    sorted: kept.map(({ slice }) => slice),
    duplicates: placed.filter((_, index) => !isFirst[index]).map(({ slice }) => slice),
    gaps: distances.filter(distance => distance > gapFactor * median).length,
  }
}

/** Slices that are turned against each other (projections around a patient) in the order in which they were made. */
export function turnedOrder<T extends { readonly place: SeriesPlace | null }>(
  slices: readonly T[],
): SeriesOrder<T> {
  const instance = ({ place }: T): number => place?.instance ?? 0
  return { sorted: [...slices].sort((a, b) => instance(a) - instance(b)), duplicates: [], gaps: 0 }
}
