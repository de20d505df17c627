import { gunzipSync } from 'node:zlib'
import { bytesPerElement } from '../../core/tensor/dtype'
import { sizeOf } from '../../core/tensor/shape'
import { AppError } from '../../shared/errors'
import type { DecodedFile } from './codec'
import { defineCodec } from './codec'
import type { NiftiHeader } from './nifti-header'
import { isGzip, isNifti, readNiftiHeader } from './nifti-header'
import { guardDecodedSize } from './size-guard'
import { typedValues } from './typed-values'

export const nifti = defineCodec({
  id: 'nifti',
  extensions: ['.nii.gz', '.nii'],
  sniff: bytes => isGzip(bytes) || isNifti(bytes),
  read: (bytes, file): DecodedFile => {
    const header = readNiftiHeader(bytes, file)
    const length = sizeOf(header.dimensions) * bytesPerElement(header.dtype)
    guardDecodedSize(file, header.dataOffset + length, bytes.length, isGzip(bytes))
    const data = isGzip(bytes) ? decompress(bytes, file, header.dataOffset + length) : bytes
    if (data.length < header.dataOffset + length) {
      throw new AppError('CORRUPT_FILE', { file, reason: 'its data ends too early' })
    }
    // The first axis of the file varies fastest, so the row-major shape is the reversed one.
    const shape = [...header.dimensions].reverse()
    return {
      pixels: typedValues(data.subarray(header.dataOffset), header.dtype, shape, header.littleEndian),
      kind: 'volume',
      spacingMm: reversedSpacing(header),
      scale: header.scale,
    }
  },
})

/** Bytes that some writers leave behind the values are tolerated up to this length. */
const tolerated = 2 ** 20

function decompress(bytes: Uint8Array, file: string, length: number): Uint8Array {
  try {
    return gunzipSync(bytes, { maxOutputLength: length + tolerated })
  } catch (cause) {
    const tooLong = cause instanceof RangeError
    const reason = tooLong
      ? 'it decompresses to more than its header declares'
      : 'its compressed data is broken'
    throw new AppError('CORRUPT_FILE', { file, reason }, { cause })
  }
}

/** @returns spacing of [z, y, x]; axes beyond the third (time) have none, so a 4-D file has null */
function reversedSpacing(header: NiftiHeader): readonly number[] | null {
  return header.spacingMm && header.dimensions.length === 3 ? [...header.spacingMm].reverse() : null
}
