import type { DataSet, Element } from 'dicom-parser'
import { AppError } from '../../shared/errors'
import { tags } from './dicom-data-set'

/** What a DICOM file says about its pixels (PS3.3 C.7.6.3). */
export interface DicomImage {
  readonly syntax: string
  readonly frames: number
  readonly rows: number
  readonly columns: number
  readonly samples: 1 | 3
  readonly bitsAllocated: 1 | 8 | 16 | 32
  readonly bitsStored: number
  readonly highBit: number
  readonly isSigned: boolean
  readonly photometric: string
  readonly isPlanar: boolean
  readonly pixels: Element
}

const photometrics = new Set([
  ...['MONOCHROME1', 'MONOCHROME2', 'PALETTE COLOR', 'RGB'],
  ...['YBR_FULL', 'YBR_FULL_422', 'YBR_RCT', 'YBR_ICT'],
])

/** @throws AppError CORRUPT_FILE, FILE_UNREADABLE */
export function readImage(data: DataSet, file: string): DicomImage {
  const pixels = pixelsOf(data, file)
  const number = (tag: string, name: string): number => {
    const value = data.uint16(tag)
    if (value === undefined) throw corrupt(file, `it does not say ${name}`)
    return value
  }
  const bitsAllocated = number(tags.bitsAllocated, 'how many bits a value takes')
  const samples = data.uint16(tags.samplesPerPixel) ?? 1
  const photometric = data.string(tags.photometric) ?? 'MONOCHROME2'
  if (!isBits(bitsAllocated)) throw unreadable(file, `its values take ${bitsAllocated} bits`)
  if (!isSamples(samples)) throw unreadable(file, `it has ${samples} values a pixel`)
  if (!photometrics.has(photometric)) throw unreadable(file, `its colours are ${photometric}`)
  const bitsStored = data.uint16(tags.bitsStored) ?? bitsAllocated
  const image: DicomImage = {
    ...{ bitsAllocated, samples, photometric, pixels, bitsStored },
    syntax: (data.string(tags.transferSyntax) ?? '').trim(),
    frames: framesOf(data, file),
    rows: number(tags.rows, 'how many rows it has'),
    columns: number(tags.columns, 'how many columns it has'),
    highBit: data.uint16(tags.highBit) ?? bitsStored - 1,
    isSigned: data.uint16(tags.pixelRepresentation) === 1,
    isPlanar: data.uint16(tags.planarConfiguration) === 1,
  }
  refuseNonsense(image, file)
  return image
}

function pixelsOf(data: DataSet, file: string): Element {
  const pixels = data.elements[tags.pixels]
  if (pixels) return pixels
  if (data.elements[tags.floatPixels] ?? data.elements[tags.doublePixels]) {
    throw unreadable(file, 'its pixels are floating-point numbers')
  }
  const modality = data.string(tags.modality)
  const what = modality === undefined ? '' : ` (it is of the kind ${modality})`
  const reason = `it holds no pixels${what}; import the images that it belongs to`
  throw new AppError('FILE_UNREADABLE', { file, reason })
}

function framesOf(data: DataSet, file: string): number {
  const text = data.string(tags.numberOfFrames)?.trim() ?? ''
  if (text === '') return 1
  if (!/^\+?\d{1,9}$/.test(text) || Number(text) === 0) {
    throw corrupt(file, `its number of frames is "${text.slice(0, 16)}"`)
  }
  return Number(text)
}

function refuseNonsense(image: DicomImage, file: string): void {
  const { rows, columns, bitsAllocated, bitsStored, highBit, samples, photometric } = image
  if (rows === 0 || columns === 0) throw corrupt(file, `it declares ${rows} x ${columns} pixels`)
  if (bitsStored < 1 || bitsStored > bitsAllocated || highBit < bitsStored - 1 || highBit >= bitsAllocated) {
    const bits = `${bitsStored} bits up to bit ${highBit} of ${bitsAllocated}`
    throw corrupt(file, `it declares values of ${bits}`)
  }
  const isGrey = photometric.startsWith('MONOCHROME') || photometric === 'PALETTE COLOR'
  if (isGrey !== (samples === 1))
    throw corrupt(file, `it declares ${samples} values a pixel of ${photometric}`)
}

const isBits = (bits: number): bits is 1 | 8 | 16 | 32 => [1, 8, 16, 32].includes(bits)
const isSamples = (samples: number): samples is 1 | 3 => samples === 1 || samples === 3

export const corrupt = (file: string, reason: string, cause?: unknown): AppError =>
  new AppError('CORRUPT_FILE', { file, reason }, { cause })

const unreadable = (file: string, what: string): AppError =>
  new AppError('FILE_UNREADABLE', { file, reason: `${what}, which SliceTune does not read` })
