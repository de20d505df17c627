import type { AppError, ErrorCode } from '../../shared/errors'
import { isAppError } from '../../shared/errors'
import type { SkippedFile } from './records'

/** Codes that stop a job at once: the rest would fail in the same way, or must not be left half done. */
const fatal: ReadonlySet<ErrorCode> = new Set([
  'PROMPT_NOT_OFFERED',
  'ABORTED',
  'DISK_FULL',
  'FOLDER_NOT_WRITABLE',
  'FOLDER_NOT_FOUND',
  'NOT_A_FOLDER',
  'NOT_A_CHECKPOINT',
  'WRONG_CHECKPOINT',
] as const)

export type Outcome<T> = { readonly value: T } | { readonly skipped: SkippedFile }

/**
 * Does one item of many: what is wrong with it becomes a report, and the others go on.
 *
 * @throws bugs, and errors that concern all items
 */
export async function outcomeOf<T>(work: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await work() }
  } catch (error) {
    if (!isAppError(error) || fatal.has(error.code)) throw error
    return { skipped: skippedFile(error) }
  }
}

/** The report of a file that is left out. */
export function skippedFile(error: AppError): SkippedFile {
  const file = 'file' in error.data ? error.data.file : ''
  return { file, code: error.code, message: error.message }
}

/**
 * Tells a report that is new from one that was given already: what is wrong with a whole volume is met again at each
 * of its planes.
 */
export function firstReports(): (skipped: SkippedFile) => boolean {
  const given = new Set<string>()
  return ({ file, message }) => {
    const key = JSON.stringify([file, message])
    const isNew = !given.has(key)
    given.add(key)
    return isNew
  }
}
