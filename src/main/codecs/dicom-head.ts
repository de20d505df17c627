import type { DataSet } from 'dicom-parser'
import dicomParser from 'dicom-parser'
import { lpsToRas } from './affine'
import type { Affine, SeriesPlace } from './codec'
import { isDicom, tags } from './dicom-data-set'
import { geometryOf, placeInSeries, positionOf } from './dicom-geometry'
import { readBytes } from './file-bytes'

/** What a DICOM file says before its pixels. */
export interface DicomHead {
  readonly place: SeriesPlace
  /** What slices of one series have in common: its UID and the size */
  readonly series: string
  /** Where rows and columns lead, rounded: that of parallel slices is the same */
  readonly direction: string
  /** Kind and number of the series, fit for a file name: what it is called where its description is not to be */
  readonly plainName: string
}

/** Bytes that nearly always hold all that stands before the pixels */
const headLength = 65_536

/**
 * Reads the beginning of a file.
 *
 * @returns null where it is no DICOM slice of a series: also where it holds several frames, or is broken
 */
export async function readDicomHead(file: string): Promise<DicomHead | null> {
  const start = await readBytes(file, headLength).catch(() => null)
  if (!start || !isDicom(start)) return null
  return headOf(start) ?? headOf(await readBytes(file))
}

/** What others that were drawn on a DICOM image know it by, and where it lies. */
export interface DicomSource {
  readonly series: string
  /** SOP Instance UID */
  readonly instance: string
  readonly frames: number
  /** Of the first frame; null where the file does not say */
  readonly affine: Affine | null
  /** Of the first pixel, in mm towards right, anterior, superior */
  readonly position: readonly number[] | null
}

/** @returns null where it is no DICOM image, or says nothing of the kind */
export async function readDicomSource(file: string): Promise<DicomSource | null> {
  const start = await readBytes(file, headLength).catch(() => null)
  if (!start || !isDicom(start)) return null
  return sourceOf(start) ?? sourceOf(await readBytes(file))
}

function sourceOf(bytes: Uint8Array): DicomSource | null {
  try {
    const data = dicomParser.parseDicom(bytes, { untilTag: tags.pixels })
    const [series, instance] = [data.string(tags.seriesUid)?.trim(), data.string(tags.sopInstance)?.trim()]
    if (!series || !instance || !data.elements[tags.pixels]) return null
    const frames = Number(data.string(tags.numberOfFrames) ?? 1)
    const position = positionOf(data)
    return {
      ...{ series, instance, frames },
      affine: geometryOf(data, frames).affine,
      position: position && lpsToRas(position),
    }
  } catch {
    return null
  }
}

function headOf(bytes: Uint8Array): DicomHead | null {
  try {
    const data = dicomParser.parseDicom(bytes, { untilTag: tags.pixels })
    const place = placeInSeries(data)
    const frames = Number(data.string(tags.numberOfFrames) ?? 1)
    if (!place?.orientation || !data.elements[tags.pixels] || frames > 1) return null
    const size = [tags.rows, tags.columns, tags.samplesPerPixel].map(tag => data.uint16(tag))
    // Adding 0 makes zeros of minus zeros.
    const direction = place.orientation.map(cosine => Number(cosine.toFixed(3)) + 0).join(' ')
    const plainName = plainNameOf(data)
    return { place, series: [place.series, ...size].join(' '), direction, plainName }
  } catch {
    return null
  }
}

/** `CT-3`; of letters and digits only, because nobody knows what a file holds. */
export function plainNameOf(data: DataSet): string {
  const part = (tag: string): string => (data.string(tag) ?? '').replaceAll(/[^A-Za-z0-9]/g, '').slice(0, 16)
  return [part(tags.modality) || 'DICOM', part(tags.seriesNumber)].filter(text => text !== '').join('-')
}
