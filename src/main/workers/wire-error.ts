import * as z from 'zod'
import type { ErrorCode } from '../../shared/errors'
import { AppError, errorTable, isAppError } from '../../shared/errors'

/** An error as it crosses a thread: an AppError by its code and data, anything else by its stack. */
export const WireError = z.object({
  code: z.string().nullable(),
  data: z.unknown(),
  message: z.string(),
  stack: z.string(),
})
export type WireError = z.infer<typeof WireError>

export function toWire(error: unknown): WireError {
  if (isAppError(error)) {
    return { code: error.code, data: error.data, message: error.message, stack: stackOf(error) }
  }
  const message = error instanceof Error ? error.message : String(error)
  return { code: null, data: null, message, stack: stackOf(error) }
}

/** The AppError again where the code is known and its data fit the table, else an Error with the worker's stack. */
export function fromWire(wire: WireError): Error {
  if (wire.code !== null && isErrorCode(wire.code)) {
    const data = errorTable[wire.code].data.safeParse(wire.data)
    if (data.success) {
      const error = new AppError(wire.code, data.data)
      error.stack = wire.stack
      return error
    }
  }
  const error = new Error(wire.message)
  error.stack = wire.stack
  return error
}

export function isErrorCode(code: string): code is ErrorCode {
  return Object.hasOwn(errorTable, code)
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\nCaused by: ${stackOf(error.cause)}`
}
