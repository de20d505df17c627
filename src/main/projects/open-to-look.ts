import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ProjectStore } from '../database/project-store'
import { openProjectStore } from '../database/project-store'
import { isAppError } from '../../shared/errors'
import { systemCode } from '../files/write-atomically'
import { databaseName } from './project-folder'

/** A database that is only read, and what has to be done after it is closed. */
export interface Looking {
  readonly store: ProjectStore
  release(): Promise<void>
}

/**
 * Opens a database without writing into its folder. One that another process works in is read where it is, so that its
 * work is seen; in a folder that cannot be written to SQLite has no place for its journal, and a copy is read.
 *
 * @throws AppError as `openProjectStore`
 */
export async function openToLook(folder: string, reason: 'in-use' | 'read-only'): Promise<Looking> {
  if (reason === 'read-only') return openCopy(folder)
  try {
    const store = openProjectStore(join(folder, databaseName), { mode: 'look' })
    return { store, release: () => Promise.resolve() }
  } catch (error) {
    // In use by another user, say.
    if (isAppError(error) && ['NOT_SAVED', 'READ_ONLY_PROJECT'].includes(error.code)) return openCopy(folder)
    throw error
  }
}

async function openCopy(folder: string): Promise<Looking> {
  const copies = await mkdtemp(join(tmpdir(), 'slicetune-look-'))
  const release = (): Promise<void> => rm(copies, { recursive: true, force: true })
  try {
    for (const name of [databaseName, `${databaseName}-wal`]) {
      await copyFile(join(folder, name), join(copies, name)).catch((error: unknown) => {
        // What was closed in order has no journal.
        if (name === databaseName || systemCode(error) !== 'ENOENT') throw error
      })
    }
    return { store: openProjectStore(join(copies, databaseName)), release }
  } catch (error) {
    await release()
    throw error
  }
}
