import { open, readFile } from 'node:fs/promises'
import { AppError } from '../../shared/errors'

/** @throws AppError FILE_NOT_FOUND or FILE_UNREADABLE */
export async function readBytes(file: string, limit?: number): Promise<Uint8Array> {
  try {
    return limit === undefined ? await readFile(file) : await firstBytes(file, limit)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown'
    if (code === 'ENOENT') throw new AppError('FILE_NOT_FOUND', { file }, { cause })
    const reason =
      { EACCES: 'permission denied', EISDIR: 'it is a folder', EPERM: 'permission denied' }[code] ?? code
    throw new AppError('FILE_UNREADABLE', { file, reason }, { cause })
  }
}

async function firstBytes(file: string, limit: number): Promise<Uint8Array> {
  const handle = await open(file)
  try {
    const bytes = new Uint8Array(limit)
    const { bytesRead } = await handle.read(bytes, 0, limit, 0)
    return bytes.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}
