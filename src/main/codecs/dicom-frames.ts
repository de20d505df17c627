import type { DataSet } from 'dicom-parser'
import dicomParser from 'dicom-parser'
import type { DicomImage } from './dicom-image'
import { corrupt } from './dicom-image'

/**
 * The compressed frames of a file, each in one piece (PS3.5 A.4).
 *
 * @throws AppError CORRUPT_FILE
 */
export function compressedFrames(data: DataSet, image: DicomImage, file: string): Uint8Array[] {
  const { pixels, frames } = image
  const { fragments = [], basicOffsetTable = [] } = pixels
  const isCut = fragments.some(({ position, length }) => position + length > data.byteArray.length)
  // The parser tells of the missing end in a warning only.
  if (
    isCut ||
    fragments.length === 0 ||
    data.warnings.some(text => text.includes('missing sequence delimiter'))
  )
    throw corrupt(file, 'its pixel data ends too early')
  if (frames === 1) return [joined(data, image, 0, fragments.length)]
  if (fragments.length === frames) return fragments.map((_, index) => joined(data, image, index, 1))
  try {
    const table = basicOffsetTable.length === frames ? basicOffsetTable : offsetsOfPictures(data, image)
    return Array.from({ length: frames }, (_, index) =>
      ownBytes(dicomParser.readEncapsulatedImageFrame(data, pixels, index, table)),
    )
  } catch (cause) {
    throw corrupt(file, `it declares ${frames} frames and holds ${fragments.length} pieces`, cause)
  }
}

/** Where the file has no table, JPEG pictures are told by where they begin. */
function offsetsOfPictures(data: DataSet, { pixels, frames }: DicomImage): number[] {
  const table = dicomParser.createJPEGBasicOffsetTable(data, pixels)
  if (table.length !== frames) throw new RangeError(`${table.length} pictures`)
  return table
}

function joined(data: DataSet, { pixels }: DicomImage, first: number, count: number): Uint8Array {
  return ownBytes(dicomParser.readEncapsulatedPixelDataFromFragments(data, pixels, first, count))
}

/** The parser's views may be Buffers, whose slice() does not copy. */
const ownBytes = (bytes: Uint8Array): Uint8Array =>
  new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
