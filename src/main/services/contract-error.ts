import { ORPCError } from '@orpc/server'
import { contractErrorStatus } from '../../shared/contract/errors'
import { AppError, isAppError } from '../../shared/errors'
import { log } from '../log'

/**
 * What a thrown error becomes at the doors: an AppError keeps its code, data and sentence; anything else is a fault of ours
 * whose stack stays in the log.
 */
export function contractError(error: unknown): unknown {
  if (error instanceof ORPCError || isAbort(error)) return error
  if (isAppError(error)) return defined(error)
  const incident = crypto.randomUUID().slice(0, 8)
  log.error({ incident, err: error }, 'A call failed')
  return defined(new AppError('INTERNAL', { reason: `incident ${incident}` }))
}

function defined(error: AppError): ORPCError<string, unknown> {
  const { code, data, message } = error
  return new ORPCError(code, { defined: true, status: contractErrorStatus, data, message, cause: error })
}

const isAbort = (error: unknown): boolean => error instanceof Error && error.name === 'AbortError'
