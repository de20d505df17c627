import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { CodecResult } from './codec'
import { defineCodec } from './codec'
import { jpegHeader } from './frame-header'
import { decodeFrame } from './native-codecs'
import { guardDecodedSize } from './size-guard'

/** A byte of a blank picture can stand for this many. */
const mostPerByte = 4096

export const jpeg = defineCodec({
  id: 'jpeg',
  extensions: ['.jpg', '.jpeg'],
  sniff: bytes => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff,
  read: async (bytes, file): Promise<CodecResult> => {
    const header = jpegHeader(bytes)
    if (!header) throw new AppError('CORRUPT_FILE', { file, reason: 'its JPEG header makes no sense' })
    const { rows, columns, samples, bits } = header
    if (bits !== 8 || (samples !== 1 && samples !== 3)) {
      const reason = `it has ${samples} channels of ${bits} bits; SliceTune reads JPEG pictures in grey or colour of 8 bits`
      throw new AppError('FILE_UNREADABLE', { file, reason })
    }
    const length = rows * columns * samples
    guardDecodedSize(file, length, bytes.length * mostPerByte, false)
    const decoded = await decodeFrame(
      'jpeg',
      {
        ...{
          bytes,
          rows,
          columns,
          samples,
          bitsAllocated: 8,
          bitsStored: 8,
          isSigned: false,
          isPlanar: false,
        },
        photometric: samples === 1 ? 'MONOCHROME2' : 'YBR_FULL_422',
      },
      file,
    )
    if (decoded.bytes.length !== length || length === 0)
      throw new AppError('CORRUPT_FILE', { file, reason: 'its data does not fill its declared size' })
    const shape = samples === 1 ? [rows, columns] : [rows, columns, samples]
    return { pixels: tensor('uint8', shape, Uint8Array.from(decoded.bytes)), kind: 'picture' }
  },
})
