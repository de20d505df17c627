import { unzipSync } from 'fflate'
import type { Tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import { readNpy } from './npy'
import { guardDecodedSize } from './size-guard'

/**
 * The arrays of a NumPy archive by name (without `.npy`), stored or deflated.
 *
 * @param file - name for error messages
 * @throws AppError CORRUPT_FILE, FILE_UNREADABLE or UNSAFE_PICKLE
 */
export function readNpz(bytes: Uint8Array, file: string): Map<string, Tensor> {
  const entries = unzip(bytes, file)
  return new Map(
    Object.entries(entries).map(([name, content]) => [
      name.replace(/\.npy$/, ''),
      readNpy(content, `${file} (${name})`),
    ]),
  )
}

function unzip(bytes: Uint8Array, file: string): Record<string, Uint8Array> {
  try {
    return unzipSync(bytes, {
      filter: entry => {
        guardDecodedSize(
          file,
          entry.originalSize,
          Math.min(entry.size, bytes.length),
          entry.compression !== 0,
        )
        return entry.name.endsWith('.npy')
      },
    })
  } catch (cause) {
    if (cause instanceof AppError) throw cause
    throw new AppError('CORRUPT_FILE', { file, reason: 'its archive is broken' }, { cause })
  }
}
