import { shallowRef } from 'vue'
import type { Problem } from '../../../shared/domain/problem'
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
  readonly text: string
}

/** As `errorText`, for problems that streams and rows carry; the English sentence where nothing else is known. */
export function problemText(problem: Problem): ProblemText {
  const key = `errors.brief.${problem.code}`
  return {
    brief: hasMessage(key) ? t(key) : t('errors.brief.other'),
    text: problem.data === undefined ? problem.message : errorText(problem).text,
  }
}

/** Models by their IDs, as the project calls them: nobody knows the IDs. */
export const modelNames = shallowRef<ReadonlyMap<string, string>>(new Map())

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
  const nameOf = (value: unknown): unknown =>
    typeof value === 'string' ? (modelNames.value.get(value) ?? value) : value
  const entries = Object.entries(data).flatMap(([name, value]) => {
    const named = name === 'model' ? nameOf(value) : value
    if (typeof named === 'string' || typeof named === 'number') return [[name, named] as const]
    return Array.isArray(value) ? [[name, value.map(nameOf).join(', ')] as const] : []
  })
  return Object.fromEntries(entries)
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
