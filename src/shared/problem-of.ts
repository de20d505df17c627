import type { Problem } from './domain/problem'
import type { AppError } from './errors'

/** What a stream or a row carries of an error. */
export const problemOf = ({ code, message, data }: Pick<AppError, 'code' | 'message' | 'data'>): Problem => ({
  code,
  message,
  data: { ...data },
})

/** The same of other words, such as with names instead of paths. @param change - of every text that it carries */
export function reworded({ code, message, data }: Problem, change: (text: string) => string): Problem {
  const changed = (value: unknown): unknown => (typeof value === 'string' ? change(value) : value)
  return {
    code,
    message: change(message),
    ...(data && {
      data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, changed(value)])),
    }),
  }
}
