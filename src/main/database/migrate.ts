import { lstatSync } from 'node:fs'
import type { Database } from 'better-sqlite3'
import { AppError } from '../../shared/errors'
import type { Migration } from './migrations'
import { migrations } from './migrations'

/**
 * Applies what is missing, each step in a transaction of its own. A database that holds anything is copied beside itself
 * first, as `project.sqlite.v1-backup`.
 *
 * @throws AppError PROJECT_TOO_NEW; in mode `look`, READ_ONLY_PROJECT where a step is missing
 */
export function migrate(
  database: Database,
  file: string,
  mode: 'edit' | 'look' = 'edit',
  steps: readonly Migration[] = migrations,
): void {
  refuseNewer(database, file, steps)
  const found = versionOf(database)
  const missing = steps.filter(({ version }) => version > found)
  if (missing.length === 0) return
  if (mode === 'look') throw new AppError('READ_ONLY_PROJECT', { file })
  if (found > 0) backUp(database, `${file}.v${found}-backup`)
  for (const { version, sql } of missing) {
    database.transaction(() => {
      database.exec(sql)
      database.pragma(`user_version = ${version}`)
    })()
  }
}

/** @throws AppError PROJECT_TOO_NEW */
export function refuseNewer(
  database: Database,
  file: string,
  steps: readonly Migration[] = migrations,
): void {
  const [found, known] = [versionOf(database), steps.at(-1)?.version ?? 0]
  if (found > known) throw new AppError('PROJECT_TOO_NEW', { file, found, known })
}

const versionOf = (database: Database): number => Number(database.pragma('user_version', { simple: true }))

/** `VACUUM INTO` copies what is committed, also what is still in the journal; a copy of the file alone would not. */
function backUp(database: Database, copy: string): void {
  const names = [copy, ...Array.from({ length: 99 }, (_, index) => `${copy}-${index + 2}`)]
  for (const name of names) {
    // A link to a file that is not there yet counts as taken too: the copy would be made elsewhere.
    if (lstatSync(name, { throwIfNoEntry: false })) continue
    try {
      database.prepare('VACUUM INTO ?').run(name)
      return
    } catch (error) {
      if (!(error instanceof Error && error.message.includes('already exists'))) throw error
    }
  }
}
