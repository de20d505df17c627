import { SqliteError } from 'better-sqlite3'
import { ZodError } from 'zod'
import { AppError } from '../../shared/errors'

const damaged = 'its database cannot be read any more'

/** What SQLite reports, in the user's words; what is not theirs to mend stays as it is. */
export function sqliteError(error: unknown, file: string): unknown {
  if (error instanceof SqliteError) return inWords(error, file)
  return isOfClosed(error) ? new AppError('PROJECT_NOT_OPEN', { project: file }, { cause: error }) : error
}

function inWords(error: InstanceType<typeof SqliteError>, file: string): Error {
  const options = { cause: error }
  // Extended codes begin with the plain one: SQLITE_IOERR_WRITE.
  const code = /^SQLITE_[A-Z]+/.exec(error.code)?.[0]
  switch (code) {
    case 'SQLITE_FULL':
      return new AppError('DISK_FULL', { file }, options)
    case 'SQLITE_READONLY':
    case 'SQLITE_PERM':
      return new AppError('READ_ONLY_PROJECT', { file }, options)
    case 'SQLITE_IOERR':
    case 'SQLITE_BUSY':
    case 'SQLITE_LOCKED':
    case 'SQLITE_CANTOPEN':
      return new AppError('NOT_SAVED', { file, reason: error.message }, options)
    case 'SQLITE_NOTADB':
      return new AppError('NOT_A_PROJECT', { file }, options)
    case 'SQLITE_CORRUPT':
      return new AppError('CORRUPT_FILE', { file, reason: damaged }, options)
    default:
      return error
  }
}

/** Work that goes on while its project is being closed meets this; the driver has no class for it. */
const isOfClosed = (error: unknown): boolean =>
  error instanceof TypeError && error.message === 'The database connection is not open'

/** Runs what touches the database, with its errors as `sqliteError` says them. */
export function translated<T>(file: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw sqliteError(error, file)
  }
}

/** A repository whose every call says what it meets in the file as `sqliteError` does; values that are none of ours too. */
export function readable<T extends object>(file: string, repository: T): T {
  const methods = Object.entries(repository).map(([name, method]: [string, unknown]) => {
    if (typeof method !== 'function') return [name, method]
    const call = (...given: unknown[]): unknown => {
      try {
        return Reflect.apply(method, repository, given)
      } catch (error) {
        throw isForeign(error)
          ? new AppError('CORRUPT_FILE', { file, reason: damaged }, { cause: error })
          : sqliteError(error, file)
      }
    }
    return [name, call]
  })
  return Object.fromEntries(methods) as T // the same names, each with the same inputs and outputs
}

/** Of what is parsed as it is read: JSON, and masks as run lengths */
const isForeign = (error: unknown): boolean =>
  error instanceof ZodError || error instanceof SyntaxError || error instanceof RangeError
