import type { SkippedEvent } from '../../shared/domain/events'
import { type AppError, isAppError } from '../../shared/errors'
import type { SliceAxis } from '../datasets'
import type * as z from 'zod'

/** Codes that stop a job at once: the rest would fail in the same way, or must not be left half done. */
const fatal: ReadonlySet<string> = new Set([
  'ABORTED',
  'DISK_FULL',
  'FOLDER_NOT_WRITABLE',
  'FOLDER_NOT_FOUND',
  'NOT_A_CHECKPOINT',
  'WRONG_CHECKPOINT',
])

export type Outcome<T> = { readonly value: T } | { readonly skipped: z.infer<typeof SkippedEvent> }

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
    return { skipped: skippedEvent(error) }
  }
}

export function skippedEvent(error: AppError): z.infer<typeof SkippedEvent> {
  const file = 'file' in error.data ? error.data.file : ''
  return { event: 'skipped', file, code: error.code, message: error.message }
}

export function axisOf(axis: '0' | '1' | '2'): SliceAxis {
  return { '0': 0, '1': 1, '2': 2 }[axis] as SliceAxis
}
