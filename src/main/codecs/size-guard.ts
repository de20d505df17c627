import { AppError } from '../../shared/errors'

/** Deflate cannot shrink data by more than this factor (zlib's technical notes). */
const maxDeflateRatio = 1032

/** Above this a single file is refused whatever it holds: 2 GiB of decoded values. */
const maxDecodedBytes = 2 ** 31

/**
 * Refuses a file whose header promises more than it can hold, before anything is allocated for it.
 *
 * @param decoded - bytes that the header declares
 * @param stored - bytes in the file that must yield them
 * @throws AppError CORRUPT_FILE
 */
export function guardDecodedSize(file: string, decoded: number, stored: number, deflated: boolean): void {
  const reachable = deflated ? stored * maxDeflateRatio + 1024 : stored
  if (!Number.isSafeInteger(decoded) || decoded < 0 || decoded > reachable) {
    const reason = `its header declares ${decoded} bytes of values, more than its ${stored} bytes can hold`
    throw new AppError('CORRUPT_FILE', { file, reason })
  }
  if (decoded > maxDecodedBytes) {
    throw new AppError('FILE_UNREADABLE', {
      file,
      reason: `it holds ${decoded} bytes of values; the limit is 2 GiB`,
    })
  }
}
