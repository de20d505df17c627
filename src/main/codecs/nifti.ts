import { gunzipSync } from 'node:zlib'
import { bytesPerElement } from '../../core/tensor/dtype'
import { sizeOf } from '../../core/tensor/shape'
import { AppError } from '../../shared/errors'
import type { CodecResult } from './codec'
import { defineCodec } from './codec'
import { firstVolume } from './first-volume'
import { openLargeNifti } from './large-nifti'
import { isGzip, isNifti, readNiftiHeader } from './nifti-header'
import { guardDecodedSize } from './size-guard'
import { typedValues } from './typed-values'

export const nifti = defineCodec({
  id: 'nifti',
  extensions: ['.nii.gz', '.nii'],
  sniff: bytes => isGzip(bytes) || isNifti(bytes),
  openLarge: openLargeNifti,
  read: (bytes, file, role): CodecResult => {
    const header = readNiftiHeader(bytes, file)
    const length = sizeOf(header.dimensions) * bytesPerElement(header.dtype)
    guardDecodedSize(file, header.dataOffset + length, bytes.length, isGzip(bytes))
    const data = isGzip(bytes) ? decompress(bytes, file, header.dataOffset + length) : bytes
    if (data.length < header.dataOffset + length) {
      throw new AppError('CORRUPT_FILE', { file, reason: 'its data ends too early' })
    }
    // The first axis of the file varies fastest, so the row-major shape is the reversed one.
    const shape = [...header.dimensions].reverse()
    const all = typedValues(data.subarray(header.dataOffset), header.dtype, shape, header.littleEndian)
    const { affine, hasPlace, directions, scale, storedShape } = header
    return {
      ...firstVolume(all, role),
      ...{ kind: 'volume', isReversed: true, affine, hasPlace, directions, scale, storedShape },
      spacingMm: header.spacingMm && [...header.spacingMm].reverse(),
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
