import type { ErrorCode } from '../../../shared/errors'
import { AppError, isAppError } from '../../../shared/errors'

export const exitCodes = { ok: 0, bug: 1, usage: 2, domain: 3, interrupted: 130 } as const
export type ExitStatus = (typeof exitCodes)[keyof typeof exitCodes]

/** How an error leaves the program: its code in the table, or INTERNAL for a bug of ours. */
export interface Failure {
  readonly code: ErrorCode
  readonly message: string
  readonly file: string | null
  readonly exitCode: ExitStatus
  /** For a bug: what to print above the sentence */
  readonly stack: string | null
}

export function failureOf(error: unknown): Failure {
  if (isAppError(error)) {
    const { code, message, exitCode, data } = error
    const file = 'file' in data && typeof data.file === 'string' ? data.file : null
    return { code, message, file, exitCode, stack: null }
  }
  const reason = error instanceof Error ? error.message : String(error)
  const { code, message, exitCode } = new AppError('INTERNAL', { reason })
  return {
    code,
    message,
    file: null,
    exitCode,
    stack: error instanceof Error ? (error.stack ?? reason) : reason,
  }
}
