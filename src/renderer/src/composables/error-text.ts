import { hasMessage, t, type MessageValues } from '../locale'

export interface ErrorText {
  readonly text: string
  readonly code: string
}

/** An error of the contract in the chosen language: its code says which sentence, its data fills it. */
export function errorText(error: unknown): ErrorText {
  const code = textOf(error, 'code') ?? 'INTERNAL'
  const message = textOf(error, 'message') ?? ''
  const key = `errors.${code}`
  if (hasMessage(key)) return { code, text: t(key, { ...valuesOf(error), message }) }
  return { code, text: t('errors.INTERNAL', { message }) }
}

export interface ProblemText {
  /** A few words */
  readonly brief: string
  /** A sentence; in English only, as the stream carries it, where the words above are in the chosen language */
  readonly text: string
}

/** As `errorText`, for problems that streams carry with a finished sentence. */
export function problemText(problem: { readonly code: string; readonly message: string }): ProblemText {
  const key = `errors.brief.${problem.code}`
  return { brief: hasMessage(key) ? t(key) : t('errors.brief.other'), text: problem.message }
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError'
}

function textOf(error: unknown, name: 'code' | 'message'): string | null {
  const value: unknown = isRecord(error) ? error[name] : null
  return typeof value === 'string' ? value : null
}

function valuesOf(error: unknown): MessageValues {
  const data: unknown = isRecord(error) ? error['data'] : null
  if (!isRecord(data)) return {}
  const entries = Object.entries(data).flatMap(([name, value]) => {
    if (typeof value === 'string' || typeof value === 'number') return [[name, value] as const]
    return Array.isArray(value) ? [[name, value.join(', ')] as const] : []
  })
  return Object.fromEntries(entries)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
