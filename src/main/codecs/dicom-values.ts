import type { DataSet } from 'dicom-parser'
import type { DType } from '../../core/tensor/dtype'
import { arrayOf } from '../../core/tensor/dtype'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { expand422, interleaved, rgbOfYbr } from './dicom-colour'
import { compressedFrames } from './dicom-frames'
import type { DicomImage } from './dicom-image'
import { corrupt } from './dicom-image'
import { hasValidScans, jpeg2000Header, jpegHeader } from './frame-header'
import type { Compression } from './native-codecs'
import { decodeFrame } from './native-codecs'
import { guardDecodedSize } from './size-guard'
import { typedValues } from './typed-values'

/** Transfer syntaxes by UID (PS3.6 A); null: not compressed */
const compressions: Readonly<Record<string, Compression | null>> = {
  '1.2.840.10008.1.2': null,
  '1.2.840.10008.1.2.1': null,
  '1.2.840.10008.1.2.1.99': null,
  '1.2.840.10008.1.2.2': null,
  '1.2.840.10008.1.2.4.50': 'jpeg',
  '1.2.840.10008.1.2.4.51': 'jpeg',
  '1.2.840.10008.1.2.4.57': 'jpeg',
  '1.2.840.10008.1.2.4.70': 'jpeg',
  '1.2.840.10008.1.2.4.80': 'jpeg-ls',
  '1.2.840.10008.1.2.4.81': 'jpeg-ls',
  '1.2.840.10008.1.2.4.90': 'jpeg-2000',
  '1.2.840.10008.1.2.4.91': 'jpeg-2000',
  '1.2.840.10008.1.2.5': 'rle',
}

const bigEndian = '1.2.840.10008.1.2.2'

/** A byte of JPEG can stand for this many of a blank picture, RLE's two for 128. */
const mostPerByte = { jpeg: 4096, 'jpeg-ls': 4096, 'jpeg-2000': 4096, rle: 64 }

/**
 * The stored values of all frames; YBR colours become RGB.
 *
 * @returns [rows, columns], with frames before and samples behind where there are several
 * @throws AppError CORRUPT_FILE, FILE_UNREADABLE
 */
export async function readValues(data: DataSet, image: DicomImage, file: string): Promise<Tensor> {
  const compression = compressions[image.syntax]
  if (compression === undefined) {
    const reason = `it is compressed as ${image.syntax || 'nothing'}, which SliceTune does not read`
    throw new AppError('FILE_UNREADABLE', { file, reason })
  }
  const { bytes, photometric, isLittleEndian } =
    compression === null ? rawValues(data, image, file) : await decompressed(data, image, compression, file)
  const values = typedOf(bytes, image, isLittleEndian)
  const colours = photometric.startsWith('YBR_FULL') ? rgbOfYbr(values) : values
  return tensor(colours.dtype, shapeOf(image), colours.data)
}

function shapeOf({ frames, rows, columns, samples }: DicomImage): number[] {
  return [...(frames > 1 ? [frames] : []), rows, columns, ...(samples > 1 ? [samples] : [])]
}

interface Values {
  readonly bytes: Uint8Array
  readonly photometric: string
  readonly isLittleEndian: boolean
}

function rawValues(data: DataSet, image: DicomImage, file: string): Values {
  const { frames, rows, columns, samples, bitsAllocated, photometric, pixels, isPlanar } = image
  const isHalved = photometric === 'YBR_FULL_422'
  const perPixel = isHalved ? 2 : samples
  const length = Math.ceil((frames * rows * columns * perPixel * bitsAllocated) / 8)
  const stored = Math.min(pixels.length, data.byteArray.length - pixels.dataOffset)
  if (stored < length) throw corrupt(file, `it needs ${length} bytes of pixels and holds ${stored}`)
  guardDecodedSize(file, length, stored, false)
  const bytes = data.byteArray.subarray(pixels.dataOffset, pixels.dataOffset + length)
  const isLittleEndian = image.syntax !== bigEndian
  if (isHalved) return { bytes: expand422(bytes), photometric: 'YBR_FULL', isLittleEndian }
  const together =
    isPlanar && samples > 1 ? interleaved(bytes, { frames, samples, width: bitsAllocated / 8 }) : bytes
  return { bytes: together, photometric, isLittleEndian }
}

async function decompressed(
  data: DataSet,
  image: DicomImage,
  compression: Compression,
  file: string,
): Promise<Values> {
  const { frames, rows, columns, samples, bitsAllocated } = image
  const width = Math.max(1, bitsAllocated / 8)
  const length = rows * columns * samples * width
  guardDecodedSize(file, length * frames, data.byteArray.length * mostPerByte[compression], false)
  const all = new Uint8Array(length * frames)
  let photometric = image.photometric
  for (const [index, bytes] of compressedFrames(data, image, file).entries()) {
    refuseOtherFrame(bytes, image, compression, file)
    const frame = await decodeFrame(compression, { ...image, bytes }, file)
    const whole = frame.bytes.length * 2 === length ? widened(frame.bytes) : frame.bytes
    if (whole.length !== length) throw corrupt(file, 'its compressed pixels are not of the declared size')
    all.set(
      frame.isPlanar && samples > 1 ? interleaved(whole, { frames: 1, samples, width }) : whole,
      index * length,
    )
    // JPEG 2000 undoes its own change of colours and keeps its name.
    photometric = /YBR_(RCT|ICT)/.test(frame.photometric) ? 'RGB' : frame.photometric
  }
  return { bytes: all, photometric, isLittleEndian: true }
}

/** A decoder trusts the header of a frame, which may ask for any amount of memory. */
function refuseOtherFrame(
  bytes: Uint8Array,
  image: DicomImage,
  compression: Compression,
  file: string,
): void {
  if (compression === 'rle') return
  const header = compression === 'jpeg-2000' ? jpeg2000Header(bytes) : jpegHeader(bytes)
  if (header === null || (compression === 'jpeg' && !hasValidScans(bytes)))
    throw corrupt(file, 'its compressed pixels are broken')
  const isSame =
    header.rows === image.rows && header.columns === image.columns && header.samples === image.samples
  if (!isSame || header.bits > image.bitsAllocated) {
    const inside = `${header.rows} x ${header.columns} x ${header.samples} of ${header.bits} bits`
    const outside = `${image.rows} x ${image.columns} x ${image.samples} of ${image.bitsAllocated}`
    throw corrupt(file, `its compressed pixels are ${inside}, not the declared ${outside}`)
  }
}

/** Bytes as 16-bit values */
const widened = (bytes: Uint8Array): Uint8Array => new Uint8Array(Uint16Array.from(bytes).buffer)

function typedOf(bytes: Uint8Array, image: DicomImage, littleEndian: boolean): Tensor {
  const { bitsAllocated, bitsStored, isSigned, highBit } = image
  if (bitsAllocated === 1) return bitsOf(bytes, image.frames * image.rows * image.columns)
  const dtype = `${isSigned ? 'int' : 'uint'}${bitsAllocated}` as DType
  const count = bytes.length / (bitsAllocated / 8)
  const values = typedValues(bytes, dtype, [count], littleEndian)
  const [left, right] = [bitsAllocated - 1 - highBit, bitsAllocated - bitsStored]
  if (right === 0) return values
  // Bits beyond those stored may hold overlays or nothing; shifting to both ends clears them and brings the sign along.
  const { data } = values
  const to = 32 - bitsAllocated
  for (let index = 0; index < data.length; index++) {
    // index < length, and bits are at most 32, so the values are numbers
    const up = (data[index] as number) << (to + left)
    data[index] = isSigned ? up >> (to + right) : up >>> (to + right)
  }
  return values
}

/** Eight pixels a byte, the lowest bit first, frames without a gap between them. */
function bitsOf(bytes: Uint8Array, count: number): Tensor<'uint8'> {
  const values = new arrayOf.uint8(count)
  // The caller has checked that there are enough bytes.
  for (let index = 0; index < count; index++) values[index] = (bytes[index >> 3]! >> (index & 7)) & 1
  return tensor('uint8', [count], values)
}
