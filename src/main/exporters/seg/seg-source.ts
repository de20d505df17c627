import type { DataSet } from 'dicom-parser'
import { AppError } from '../../../shared/errors'
import { bytesOf } from '../../codecs'
import { isDicom, placesOf, readDataSet, tags } from '../../codecs/dicom-data-set'
import { seriesMembers } from '../../codecs/series-list'
import type { DicomItem } from '../../codecs/dicom-write'
import { dicomText } from '../../codecs/dicom-write'
import { textOf } from '../../codecs/dicom-text'

/** A plane of the source: an image of its own, or a frame of one. */
export interface SegPlane {
  readonly sopClass: string
  readonly instance: string
  /** Counted from 1; null: its image has one frame */
  readonly frame: number | null
  /** As the file writes them, three and six numbers; null where it does not say */
  readonly position: readonly string[] | null
  readonly orientation: readonly string[] | null
}

/** What a segmentation takes over from the images that it belongs to. */
export interface SegSource {
  readonly planes: readonly SegPlane[]
  readonly rows: number
  readonly columns: number
  readonly series: string
  readonly study: string
  /** null where planes do not say where they lie */
  readonly frameOfReference: string | null
  /** Pixel spacing, thickness and distance; empty where spacing or thickness are not known, for readers need both */
  readonly measures: DicomItem
  /** Whether pixels were compressed with loss, and how */
  readonly compression: DicomItem
  /** Of patient and study, by keyword */
  readonly patient: DicomItem
}

/** Patient and Study modules, with the characters that each text may have */
const identifying = [
  ['PatientName', 'x00100010', 64],
  ['PatientID', 'x00100020', 64],
  ['PatientBirthDate', 'x00100030', 8],
  ['PatientSex', 'x00100040', 16],
  ['StudyDate', 'x00080020', 8],
  ['StudyTime', 'x00080030', 16],
  ['AccessionNumber', 'x00080050', 16],
  ['ReferringPhysicianName', 'x00080090', 64],
  ['StudyID', 'x00200010', 16],
] as const

const removal = [
  ['PatientIdentityRemoved', 'x00120062', 16],
  ['DeidentificationMethod', 'x00120063', 64],
] as const

/**
 * @param file - a DICOM file, or a project's list of those of a volume
 * @param keepPatient - else what identifies a patient is left empty, unless the file says that it is taken out already
 * @throws AppError UNUSABLE_SLICE for another format, and what reading a file can meet
 */
export async function readSegSource(file: string, name: string, keepPatient: boolean): Promise<SegSource> {
  const bytes = await bytesOf(file)
  const members = isDicom(bytes) ? [file] : seriesMembers(bytes, file)
  if (members === null) {
    const reason = 'it is no DICOM, which a DICOM segmentation needs; export it as NIfTI, NRRD or PNG'
    throw new AppError('UNUSABLE_SLICE', { file: name, reason })
  }
  const planes: SegPlane[] = []
  let first: DataSet | null = null
  for (const member of members) {
    const data = readDataSet(member === file ? bytes : await bytesOf(member), member)
    first ??= data
    planes.push(...planesOf(data, member))
  }
  if (!first) throw new AppError('CORRUPT_FILE', { file, reason: 'its list of slices is empty' })
  return sourceOf(first, planes, keepPatient)
}

function sourceOf(data: DataSet, planes: readonly SegPlane[], keepPatient: boolean): SegSource {
  const places = new Set(planes.map(({ position }) => position?.join()))
  const isPlaced =
    planes.every(({ position, orientation }) => position && orientation) && places.size === planes.length
  const isRemoved = value(data, 'x00120062') === 'YES'
  return {
    planes: isPlaced ? planes : planes.map(plane => ({ ...plane, position: null, orientation: null })),
    rows: data.uint16(tags.rows) ?? 0,
    columns: data.uint16(tags.columns) ?? 0,
    series: value(data, tags.seriesUid),
    study: value(data, 'x0020000d'),
    frameOfReference: isPlaced ? value(data, 'x00200052') || null : null,
    measures: measuresOf(data, isPlaced ? distanceOf(planes) : null),
    compression: compressionOf(data),
    patient: {
      ...texts(data, identifying, keepPatient || isRemoved),
      ...(isRemoved ? texts(data, removal, true) : keepPatient ? {} : removedHere),
    },
  }
}

const removedHere = { PatientIdentityRemoved: 'YES', DeidentificationMethod: 'SliceTune: patient left out' }

function texts(
  data: DataSet,
  fields: readonly (readonly [keyword: string, tag: string, longest: number])[],
  isKept: boolean,
): DicomItem {
  return Object.fromEntries(
    fields.map(([keyword, tag, longest]) => [keyword, isKept ? dicomText(textOf(data, tag), longest) : '']),
  )
}

function planesOf(data: DataSet, file: string): SegPlane[] {
  const [sopClass, instance] = [value(data, 'x00080016'), value(data, 'x00080018')]
  if (!sopClass || !instance) {
    const reason = 'it has no SOP Instance UID, by which a DICOM segmentation names its images'
    throw new AppError('UNUSABLE_SLICE', { file, reason })
  }
  const frames = Number(data.string(tags.numberOfFrames) ?? 1)
  return Array.from({ length: frames > 1 ? frames : 1 }, (_, frame) => ({
    ...{ sopClass, instance, frame: frames > 1 ? frame + 1 : null },
    position: numbers(placesOf(data, tags.planePosition, frame), tags.imagePosition, 3),
    orientation: numbers(placesOf(data, tags.planeOrientation, frame), tags.imageOrientation, 6),
  }))
}

/** @param between - mm from plane to plane; null where that is not known */
function measuresOf(data: DataSet, between: number | null): DicomItem {
  const places = placesOf(data, tags.pixelMeasures)
  const [spacing, thickness, distance] = [
    numbers(places, tags.pixelSpacing, 2),
    numbers(places, tags.sliceThickness, 1),
    numbers(places, tags.spacingBetweenSlices, 1),
  ]
  const thick = thickness ?? distance ?? (between === null ? null : [decimalText(between)])
  if (!spacing || !thick) return {}
  return {
    ...{ PixelSpacing: spacing, SliceThickness: thick },
    ...(distance && { SpacingBetweenSlices: distance }),
  }
}

/** The mean from the first to the last. */
function distanceOf(planes: readonly SegPlane[]): number | null {
  const [from, to] = [planes[0]?.position, planes.at(-1)?.position]
  if (planes.length < 2 || !from || !to) return null
  return Math.hypot(...to.map((value, axis) => Number(value) - Number(from[axis]))) / (planes.length - 1)
}

/** DICOM writes numbers with 16 characters at most. */
const decimalText = (value: number): string => String(Number(value.toPrecision(10)))

function compressionOf(data: DataSet): DicomItem {
  if (value(data, 'x00282110') !== '01') return { LossyImageCompression: '00' }
  const [ratio, method] = [value(data, 'x00282112'), value(data, 'x00282114')]
  return {
    LossyImageCompression: '01',
    ...(ratio && { LossyImageCompressionRatio: ratio.split('\\') }),
    ...(method && { LossyImageCompressionMethod: method.split('\\') }),
  }
}

/** The texts of numbers, from the nearest place that has them all. */
function numbers(places: readonly DataSet[], tag: string, count: number): string[] | null {
  for (const place of places) {
    const found = (place.string(tag) ?? '').split('\\').map(text => text.trim())
    if (found.length === count && found.every(text => text !== '' && Number.isFinite(Number(text))))
      return found
  }
  return null
}

const value = (data: DataSet, tag: string): string => data.string(tag)?.trim() ?? ''
