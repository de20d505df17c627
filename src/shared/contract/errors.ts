import type * as z from 'zod'
import type { ErrorCode } from '../errors'
import { errorTable } from '../errors'

/**
 * Every AppError as an error of the contract; the sentence of the table travels as its message. An interface, because the
 * compiler writes its name where it would otherwise spell out the whole table for each procedure.
 */
export interface ContractErrors extends Record<
  ErrorCode,
  { readonly data: z.ZodType; readonly status: number }
> {}

/** Of every one of them; an error with another status would not count as declared. */
export const contractErrorStatus = 422

// Built key by key from the table itself, which fromEntries cannot say.
export const contractErrors = Object.fromEntries(
  Object.entries(errorTable).map(([code, { data }]) => [code, { data, status: contractErrorStatus }]),
) as unknown as ContractErrors
