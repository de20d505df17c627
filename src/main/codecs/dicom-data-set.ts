import { constants, inflateRawSync } from 'node:zlib'
import type { DataSet } from 'dicom-parser'
import dicomParser from 'dicom-parser'
import { AppError } from '../../shared/errors'

/** Tags by the names of DICOM PS3.6 */
export const tags = {
  transferSyntax: 'x00020010',
  sopClass: 'x00080016',
  sopInstance: 'x00080018',
  modality: 'x00080060',
  conversionType: 'x00080064',
  seriesDescription: 'x0008103e',
  referencedSeries: 'x00081115',
  referencedInstance: 'x00081155',
  referencedFrame: 'x00081160',
  sourceImage: 'x00082112',
  derivationImage: 'x00089124',
  patientId: 'x00100020',
  sliceThickness: 'x00180050',
  spacingBetweenSlices: 'x00180088',
  imagerPixelSpacing: 'x00181164',
  studyUid: 'x0020000d',
  seriesUid: 'x0020000e',
  seriesNumber: 'x00200011',
  instanceNumber: 'x00200013',
  imagePosition: 'x00200032',
  imageOrientation: 'x00200037',
  planePosition: 'x00209113',
  planeOrientation: 'x00209116',
  samplesPerPixel: 'x00280002',
  photometric: 'x00280004',
  planarConfiguration: 'x00280006',
  numberOfFrames: 'x00280008',
  rows: 'x00280010',
  columns: 'x00280011',
  pixelSpacing: 'x00280030',
  burnedIn: 'x00280301',
  bitsAllocated: 'x00280100',
  bitsStored: 'x00280101',
  highBit: 'x00280102',
  pixelRepresentation: 'x00280103',
  windowCentre: 'x00281050',
  windowWidth: 'x00281051',
  rescaleIntercept: 'x00281052',
  rescaleSlope: 'x00281053',
  lutDescriptor: 'x00283002',
  lutData: 'x00283006',
  modalityLut: 'x00283000',
  voiLut: 'x00283010',
  pixelMeasures: 'x00289110',
  frameVoiLut: 'x00289132',
  pixelValueTransformation: 'x00289145',
  sharedGroups: 'x52009229',
  frameGroups: 'x52009230',
  segmentationType: 'x00620001',
  segments: 'x00620002',
  segmentNumber: 'x00620004',
  segmentLabel: 'x00620005',
  segmentIdentification: 'x0062000a',
  referencedSegment: 'x0062000b',
  displayLab: 'x0062000d',
  maximumFraction: 'x0062000e',
  floatPixels: 'x7fe00008',
  doublePixels: 'x7fe00009',
  pixels: 'x7fe00010',
} as const

/** A deflated data set that decompresses to more than this is refused. */
const mostInflated = 2 ** 29

/** Whether the bytes begin as PS3.10 asks: 128 bytes for whatever, then DICM. */
export const isDicom = (bytes: Uint8Array): boolean =>
  bytes.length > 132 && String.fromCharCode(...bytes.subarray(128, 132)) === 'DICM'

/**
 * All elements of a file.
 *
 * @throws AppError CORRUPT_FILE
 */
export function readDataSet(bytes: Uint8Array, file: string): DataSet {
  try {
    return dicomParser.parseDicom(bytes, {
      inflater: (all: Uint8Array, position: number) => inflated(all, position),
    })
  } catch (cause) {
    throw new AppError('CORRUPT_FILE', { file, reason: reasonOf(cause) }, { cause })
  }
}

/** What is before `position` names the compression and is not compressed itself. */
function inflated(bytes: Uint8Array, position: number): Uint8Array {
  const options = { maxOutputLength: mostInflated, finishFlush: constants.Z_SYNC_FLUSH }
  return new Uint8Array(
    Buffer.concat([bytes.subarray(0, position), inflateRawSync(bytes.subarray(position), options)]),
  )
}

/** The parser throws text, objects with an `exception`, and errors. */
function reasonOf(cause: unknown): string {
  const text =
    typeof cause === 'object' && cause !== null && 'exception' in cause
      ? String(cause.exception)
      : String(cause)
  if (/0002,0010/.test(text)) return 'it does not say how it is encoded (no Transfer Syntax UID)'
  if (/overrun|maxPosition|bounds|past/i.test(text)) return 'its data ends too early'
  return 'its DICOM elements make no sense'
}

/** Numbers that DICOM writes as text (DS and IS). @returns null where one of them is missing or is no number */
export function decimals(data: DataSet, tag: string, count: number): number[] | null {
  const texts = (data.string(tag) ?? '').split('\\')
  const numbers = texts.slice(0, count).map(text => (text.trim() === '' ? NaN : Number(text)))
  return numbers.length === count && numbers.every(Number.isFinite) ? numbers : null
}

export const decimal = (data: DataSet, tag: string): number | null => decimals(data, tag, 1)?.[0] ?? null

/** The data sets of a sequence. */
export function itemsOf(data: DataSet, tag: string): DataSet[] {
  return (data.elements[tag]?.items ?? []).flatMap(({ dataSet }) => (dataSet ? [dataSet] : []))
}

/**
 * Where a frame's own values may stand, the nearest first: its own group, what all frames share, the file itself.
 *
 * @param macro - the sequence of the functional group that they belong to
 */
export function placesOf(data: DataSet, macro: string, frame = 0): DataSet[] {
  const own = itemsOf(data, tags.frameGroups)[frame]
  const shared = itemsOf(data, tags.sharedGroups)[0]
  return [...[own, shared].flatMap(group => (group ? itemsOf(group, macro) : [])), data]
}
