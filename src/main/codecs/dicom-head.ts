import type { DataSet } from 'dicom-parser'
import dicomParser from 'dicom-parser'
import type { SeriesPlace } from './codec'
import { isDicom, tags } from './dicom-data-set'
import { placeInSeries } from './dicom-geometry'
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
