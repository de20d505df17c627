import { existsSync } from 'node:fs'
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '../../../shared/errors'
import { refuseLinks } from '../../files/refuse-links'
import { systemCode, writeError } from '../../files/write-atomically'
import { uploadName } from './upload-name'

/** Volumes are large; a disk is larger. */
export const largestUploadBytes = 4 * 1024 ** 3

export interface Upload {
  /** Of the project */
  readonly folder: string
  /** Files that were dropped together share it */
  readonly batch: string
  readonly name: string
  readonly body: ReadableStream<Uint8Array>
  readonly limitBytes: number
}

const batchPattern = /^[A-Za-z0-9-]{1,64}$/

/**
 * Streams a dropped file into `uploads` of a project, whole or not at all.
 *
 * @returns its absolute path, for `imports.add`
 * @throws AppError UNSAFE_NAME, LINK_IN_PROJECT, FILE_TOO_LARGE, FILES_EXIST, DISK_FULL, FOLDER_NOT_WRITABLE
 */
export async function receiveUpload({ folder, batch, name, body, limitBytes }: Upload): Promise<string> {
  if (!batchPattern.test(batch)) throw new AppError('UNSAFE_NAME', { file: batch })
  const file = join(folder, 'uploads', batch, ...uploadName(name))
  const beside = `${file}.part`
  refuseLinks(folder, file)
  if (existsSync(file)) throw new AppError('FILES_EXIST', { file })
  try {
    await mkdir(dirname(file), { recursive: true })
    const handle = await open(beside, 'wx')
    try {
      for await (const chunk of limited(body, limitBytes, name)) await handle.write(chunk)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(beside, file)
    return file
  } catch (error) {
    if (systemCode(error) === 'EEXIST') throw new AppError('FILES_EXIST', { file }, { cause: error })
    await rm(beside, { force: true }).catch(() => undefined) // the first error is the one to report
    throw writeError(error, file)
  }
}

async function* limited(
  body: ReadableStream<Uint8Array>,
  limitBytes: number,
  file: string,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > limitBytes) throw new AppError('FILE_TOO_LARGE', { file, limitBytes })
    yield chunk
  }
}
