import { open, stat } from 'node:fs/promises'
import { bytesPerElement } from '../../core/tensor/dtype'
import { AppError } from '../../shared/errors'
import { GzipScratch } from './gzip-scratch'
import type { LargeOptions, LargeVolume } from './codec'
import { isLarge } from './large-volume'
import { isGzip, readNiftiHeader } from './nifti-header'
import { guardDecodedSize } from './size-guard'
import { typedValues } from './typed-values'

/**
 * A NIfTI volume of which planes are read where they lie; a compressed one is decompressed once, into a file that nobody
 * else sees.
 *
 * @returns null for a smaller one, and for one of more or fewer than three axes
 * @throws AppError CORRUPT_FILE, FILE_UNREADABLE
 */
export async function openLargeNifti(
  file: string,
  { head, least }: LargeOptions,
): Promise<LargeVolume | null> {
  const header = readNiftiHeader(head, file)
  const { dtype, dataOffset, littleEndian, affine, directions, scale, storedShape, spacingMm } = header
  const shape = [...header.dimensions].reverse()
  if (!isLarge(shape, dtype, least)) return null
  const [depth = 0, ...plane] = shape
  const planeBytes = plane.reduce((product, size) => product * size, bytesPerElement(dtype))
  const length = dataOffset + depth * planeBytes
  const { size } = await stat(file)
  guardDecodedSize(file, length, size, isGzip(head))
  const bytes = isGzip(head) ? new GzipScratch(file, length) : plainBytes(file)
  return {
    about: {
      ...{ dtype, shape, kind: 'volume', isReversed: true, affine, directions, scale, storedShape },
      ...{ hasPlace: header.hasPlace, place: null, mayShowText: false, windows: [], warnings: [] },
      spacingMm: spacingMm && [...spacingMm].reverse(),
    },
    plane: async z => {
      const stored = await bytes.read(dataOffset + z * planeBytes, planeBytes)
      return typedValues(stored, dtype, plane, littleEndian)
    },
    check: () => bytes.check(),
    close: () => bytes.close(),
  }
}

function plainBytes(file: string): Pick<GzipScratch, 'read' | 'check' | 'close'> {
  return {
    read: async (position, length) => {
      const handle = await open(file).catch((cause: unknown) => {
        throw new AppError('FILE_NOT_FOUND', { file }, { cause })
      })
      try {
        const bytes = new Uint8Array(length)
        const { bytesRead } = await handle.read(bytes, 0, length, position)
        if (bytesRead < length)
          throw new AppError('CORRUPT_FILE', { file, reason: 'its data ends too early' })
        return bytes
      } finally {
        await handle.close()
      }
    },
    check: () => Promise.resolve(),
    close: () => undefined,
  }
}
