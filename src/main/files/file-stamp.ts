import { stat } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import { systemCode } from './write-atomically'

/**
 * Changes when a file does: its size and the time of its last change.
 *
 * @throws AppError FILE_NOT_FOUND, FILE_UNREADABLE
 */
export async function fileStamp(file: string): Promise<string> {
  try {
    const { size, mtimeMs, ino } = await stat(file)
    return `${size} ${mtimeMs} ${ino}`
  } catch (cause) {
    const code = systemCode(cause)
    if (code === 'ENOENT' || code === 'ENOTDIR') throw new AppError('FILE_NOT_FOUND', { file }, { cause })
    throw new AppError('FILE_UNREADABLE', { file, reason: `the system says ${code ?? 'no'}` }, { cause })
  }
}
