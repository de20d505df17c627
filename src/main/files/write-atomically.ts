import { randomBytes } from 'node:crypto'
import { open, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { AppError } from '../../shared/errors'

/**
 * Writes a file so that its name holds either the old contents or all of the new: written beside it, synced, renamed.
 * Nothing is left behind on failure.
 *
 * @throws AppError DISK_FULL, FOLDER_NOT_WRITABLE, FOLDER_NOT_FOUND
 */
export async function writeAtomically(path: string, contents: Uint8Array | string): Promise<void> {
  const beside = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  try {
    const file = await open(beside, 'wx')
    try {
      await file.writeFile(contents)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(beside, path)
  } catch (error) {
    await rm(beside, { force: true }).catch(() => undefined) // the first error is the one to report
    throw writeError(error, path)
  }
  await syncFolder(dirname(path))
}

const unfinished = /^\..+\.[0-9a-f]{12}\.tmp$/

/**
 * Removes what a process that was killed while it wrote has left in a folder. For the only one who writes there.
 *
 * @throws AppError FOLDER_NOT_WRITABLE and the like
 */
export async function removeUnfinished(folder: string): Promise<void> {
  const entries = await readdir(folder, { withFileTypes: true })
  const names = entries.filter(entry => !entry.isDirectory() && unfinished.test(entry.name))
  for (const { name } of names) {
    await rm(join(folder, name), { force: true }).catch((error: unknown) => {
      throw writeError(error, join(folder, name))
    })
  }
}

/** The error of a failed write in the user's words; what is not theirs to mend stays as it is. */
export function writeError(error: unknown, path: string): unknown {
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'EFBIG':
      return new AppError('DISK_FULL', { file: path }, { cause: error })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AppError('FOLDER_NOT_WRITABLE', { file: dirname(path) }, { cause: error })
    case 'ENOENT':
    case 'ENOTDIR':
      return new AppError('FOLDER_NOT_FOUND', { file: dirname(path) }, { cause: error })
    default:
      return error
  }
}

/** `ENOSPC` and the like, as Node gives them; undefined for other errors. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined
}

/** The rename itself survives a power cut only once the folder is synced; Windows has no such call. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined)
  await handle?.sync().catch(() => undefined)
  await handle?.close()
}
