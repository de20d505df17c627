import { AppError } from '../../shared/errors'

/** More pages than this are refused. */
const mostPages = 65_536

export const isTiff = (bytes: Uint8Array): boolean => {
  const order = String.fromCharCode(...bytes.subarray(0, 2))
  const [a, b] = [bytes[2], bytes[3]]
  const magic = order === 'II' ? a : order === 'MM' ? b : undefined
  return (order === 'II' ? b === 0 : a === 0) && (magic === 42 || magic === 43)
}

/**
 * How many pages the chain of directories has; a chain that bites its own tail has no end.
 *
 * @throws AppError CORRUPT_FILE
 * @see TIFF 6.0, section 2; BigTIFF has 64-bit offsets and counts
 */
export function countPages(bytes: Uint8Array, file: string): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const little = bytes[0] === 0x49
  const isBig = view.getUint16(2, little) === 43
  const offsetAt = (at: number): number =>
    isBig ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)
  const [countSize, entrySize] = isBig ? [8, 20] : [2, 12]
  const seen = new Set<number>()
  try {
    for (let at = offsetAt(isBig ? 8 : 4); at !== 0;) {
      if (seen.has(at)) throw corrupt(file, 'its list of pages runs in a circle')
      seen.add(at)
      if (seen.size > mostPages) throw corrupt(file, `it has more than ${mostPages} pages`)
      const entries = isBig ? Number(view.getBigUint64(at, little)) : view.getUint16(at, little)
      at = offsetAt(at + countSize + entries * entrySize)
    }
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('CORRUPT_FILE', { file, reason: 'its list of pages leads out of the file' }, { cause })
  }
  if (seen.size === 0) throw corrupt(file, 'it has no page')
  return seen.size
}

const corrupt = (file: string, reason: string): AppError => new AppError('CORRUPT_FILE', { file, reason })
