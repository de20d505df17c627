import { access, constants, readFile, rm, stat, utimes } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Project } from '../../shared/domain/project'
import { isAppError } from '../../shared/errors'
import type { FolderLock } from '../files/folder-lock'
import { lockFolder, lockName } from '../files/folder-lock'
import { systemCode } from '../files/write-atomically'
import { databaseName } from './project-folder'

/** A project's folder in use; `lock` is null where it can only be looked at. */
export interface Claim {
  readonly lock: FolderLock | null
  readonly lookReason: Project['lookReason']
}

const refreshMs = 60_000
/** Clocks of two computers may differ by minutes. */
const abandonedMs = 15 * 60_000

/**
 * Claims the folder for this process, unless another one works in it or nobody may write there.
 *
 * A lock of another computer cannot be asked whether its holder lives, so its holder renews it. One that is not renewed
 * was left behind, or was zipped with its project.
 */
export async function claimFolder(folder: string): Promise<Claim> {
  try {
    await access(join(folder, databaseName), constants.W_OK)
    await removeAbandoned(join(folder, lockName))
    return { lock: renewed(await lockFolder(folder), join(folder, lockName)), lookReason: null }
  } catch (error) {
    if (isAppError(error) && error.code === 'FOLDER_IN_USE') return { lock: null, lookReason: 'in-use' }
    const isRefused = isAppError(error) && error.code === 'FOLDER_NOT_WRITABLE'
    if (isRefused || ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '')) {
      return { lock: null, lookReason: 'read-only' }
    }
    throw error
  }
}

async function removeAbandoned(file: string): Promise<void> {
  const [, host] = (await readFile(file, 'utf8').catch(() => '')).split(' ')
  if (host === undefined || host === hostname()) return
  const { mtimeMs } = await stat(file)
  if (Date.now() - mtimeMs > abandonedMs) await rm(file, { force: true })
}

function renewed(lock: FolderLock, file: string): FolderLock {
  const timer = setInterval(() => {
    const now = new Date()
    void utimes(file, now, now).catch(() => undefined) // at worst another computer takes it over after a while
  }, refreshMs)
  timer.unref()
  return {
    release: () => {
      clearInterval(timer)
      return lock.release()
    },
  }
}
