import { existsSync } from 'node:fs'
import Database from 'better-sqlite3'
import { AppError } from '../../shared/errors'
import { migrate, refuseNewer } from './migrate'
import { sqliteError } from './sqlite-error'

export type { Database } from 'better-sqlite3'

/** Marks a database as one of ours ("SLTN"), so that another program's is never migrated. */
export const applicationId = 0x534c544e

export interface OpenDatabaseOptions {
  /** Nothing is written, neither to the file nor beside it. Default `edit` */
  readonly mode?: 'edit' | 'look'
  /** Make it where it is missing */
  readonly create?: boolean
}

/**
 * Opens the database of a project and brings it to the form that this program knows; the file is copied before that.
 *
 * @throws AppError NOT_A_PROJECT, PROJECT_TOO_NEW, CORRUPT_FILE, DISK_FULL, READ_ONLY_PROJECT
 */
export function openDatabase(
  file: string,
  { mode = 'edit', create = false }: OpenDatabaseOptions = {},
): Database.Database {
  if (!create && !existsSync(file)) throw new AppError('NOT_A_PROJECT', { file })
  let database: Database.Database | null = null
  try {
    database = new Database(file, { readonly: mode === 'look', fileMustExist: !create, timeout: 5000 })
    const isNew = refuseForeign(database, file)
    // Before anything is written to it.
    refuseNewer(database, file)
    if (mode === 'edit') {
      if (isNew) database.pragma(`application_id = ${applicationId}`)
      database.pragma('journal_mode = WAL')
      // Every committed action survives a power cut, not only a crash: one sync an action is nothing beside its undo.
      database.pragma('synchronous = FULL')
      database.pragma('foreign_keys = ON')
    }
    migrate(database, file, mode)
    return database
  } catch (error) {
    database?.close()
    throw sqliteError(error, file)
  }
}

/** @returns whether it has nothing in it yet */
function refuseForeign(database: Database.Database, file: string): boolean {
  const id = Number(database.pragma('application_id', { simple: true }))
  if (id === applicationId) return false
  const tables = Number(database.prepare('SELECT count(*) FROM sqlite_schema').pluck().get())
  // A new one has no tables yet.
  if (id !== 0 || tables > 0) throw new AppError('NOT_A_PROJECT', { file })
  return true
}
