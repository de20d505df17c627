import { AppError } from '../../shared/errors'
import type { SkippedFile } from './records'

/** The report of a file that is left out. */
export function skippedFile(error: AppError): SkippedFile {
  const file = 'file' in error.data ? error.data.file : ''
  return { file, code: error.code, message: error.message }
}

/** Runs a job; an error of the user's world becomes a report, a bug of ours goes on. */
export async function skippedOr<T>(job: () => Promise<T>): Promise<{ value: T } | { skipped: SkippedFile }> {
  try {
    return { value: await job() }
  } catch (error) {
    if (isAppError(error)) return { skipped: skippedFile(error) }
    throw error
  }
}

/** `instanceof` alone leaves the code of the error open. */
function isAppError(error: unknown): error is AppError {
  return error instanceof AppError
}
