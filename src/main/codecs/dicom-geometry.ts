import { createHash } from 'node:crypto'
import type { DataSet } from 'dicom-parser'
import { affineOf, isFiniteAffine, lpsToRas } from './affine'
import type { Affine, SeriesPlace } from './codec'
import { decimal, decimals, placesOf, tags } from './dicom-data-set'

/** How far apart two directions may be that count as one. */
export const sameDirection = 1e-3

export interface DicomGeometry {
  /** [z, y, x] of a volume, [y, x] of a picture */
  readonly spacingMm: readonly number[] | null
  readonly affine: Affine | null
}

/** Millimetres from row to row and from column to column. */
export function pixelSpacing(data: DataSet): readonly [y: number, x: number] | null {
  for (const place of placesOf(data, tags.pixelMeasures)) {
    for (const tag of [tags.pixelSpacing, tags.imagerPixelSpacing]) {
      const [y = 0, x = 0] = decimals(place, tag, 2) ?? []
      if (y > 0 && x > 0) return [y, x]
    }
  }
  return null
}

export function positionOf(data: DataSet, frame = 0): number[] | null {
  return first(placesOf(data, tags.planePosition, frame), place => decimals(place, tags.imagePosition, 3))
}

export function orientationOf(data: DataSet): number[] | null {
  return first(placesOf(data, tags.planeOrientation), place => decimals(place, tags.imageOrientation, 6))
}

/** The direction in which slices follow each other, if rows lead along x and columns along y. */
export function normalOf([ax = 0, ay = 0, az = 0, bx = 0, by = 0, bz = 0]: readonly number[]): number[] {
  return [ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx]
}

export const dot = (a: readonly number[], b: readonly number[]): number =>
  a.reduce((sum, value, index) => sum + value * (b[index] ?? 0), 0)

/**
 * Where the pixels of a file lie.
 *
 * @param step - mm from slice to slice as a vector; null: as the file says, along the normal
 */
export function geometryOf(
  data: DataSet,
  frames: number,
  step: readonly number[] | null = null,
): DicomGeometry {
  const spacing = pixelSpacing(data)
  const orientation = orientationOf(data)
  const origin = positionOf(data)
  const own = step ?? stepOf(data, frames, orientation)
  const distance = own ? Math.hypot(...own) : sliceDistance(data)
  const spacingMm = spacing && (frames > 1 ? (distance === null ? null : [distance, ...spacing]) : spacing)
  if (!spacing || !orientation || !origin) return { spacingMm, affine: null }
  const [y, x] = spacing
  // A row leads along x: its direction is that of the first three cosines.
  const along = orientation.slice(0, 3).map(cosine => cosine * x)
  const down = orientation.slice(3).map(cosine => cosine * y)
  const next = own ?? normalOf(orientation).map(cosine => cosine * (distance ?? 1))
  const affine = affineOf([along, down, next].map(lpsToRas), lpsToRas(origin))
  return { spacingMm, affine: isFiniteAffine(affine) ? affine : null }
}

/** From the first frame to the last, where each says its own place. */
function stepOf(data: DataSet, frames: number, orientation: readonly number[] | null): number[] | null {
  if (frames < 2 || !orientation) return null
  const [from, to] = [positionOf(data, 0), positionOf(data, frames - 1)]
  if (!from || !to) return null
  const step = to.map((value, index) => (value - (from[index] ?? 0)) / (frames - 1))
  return Math.abs(dot(step, normalOf(orientation))) > sameDirection ? step : null
}

function sliceDistance(data: DataSet): number | null {
  const places = placesOf(data, tags.pixelMeasures)
  for (const tag of [tags.spacingBetweenSlices, tags.sliceThickness]) {
    const distance = first(places, place => decimal(place, tag))
    if (distance !== null && Math.abs(distance) > 0) return Math.abs(distance)
  }
  return null
}

function first<T>(places: readonly DataSet[], read: (place: DataSet) => T | null): T | null {
  for (const place of places) {
    const value = read(place)
    if (value !== null) return value
  }
  return null
}

/** A hash of the patient's ID, which itself never leaves this function; null where the file names none. */
export function patientOf(data: DataSet): string | null {
  const id = data.string(tags.patientId)?.trim()
  return id ? `patient-${createHash('sha256').update(id).digest('hex').slice(0, 12)}` : null
}

export function placeInSeries(data: DataSet): SeriesPlace | null {
  const series = data.string(tags.seriesUid)?.trim()
  if (!series) return null
  return {
    series,
    description: data.string(tags.seriesDescription)?.trim() || null,
    patient: patientOf(data),
    instance: decimal(data, tags.instanceNumber),
    position: positionOf(data),
    orientation: orientationOf(data),
  }
}
