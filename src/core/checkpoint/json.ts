import * as z from 'zod'
import type { Picklable } from './pickle-writer'
import type { CheckpointValue } from './value'
import { itemsOf } from './value'

/** Plain data: what survives JSON, and a pickle of dicts, lists, texts and numbers, unchanged. */
export type JsonObject = Record<string, z.core.util.JSONType>
export const JsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.json())

/** Dicts with text keys become objects, tuples arrays; undefined where something else is in it, such as a tensor. */
export function jsonOf(value: CheckpointValue): z.core.util.JSONType | undefined {
  if (value === null || ['boolean', 'string', 'number'].includes(typeof value))
    return z.json().safeParse(value).data
  const items = itemsOf(value)
  if (items) {
    const parts = items.map(jsonOf)
    const known = parts.filter(part => part !== undefined)
    return known.length === parts.length ? known : undefined
  }
  if (!(value instanceof Map)) return undefined
  const entries = [...value].map(([key, item]) => [key, jsonOf(item)] as const)
  if (entries.some(([key, item]) => typeof key !== 'string' || item === undefined)) return undefined
  return z.json().safeParse(Object.fromEntries(entries)).data
}

export function picklableJson(value: z.core.util.JSONType): Picklable {
  if (Array.isArray(value)) return value.map(picklableJson)
  if (typeof value !== 'object' || value === null) return value
  return new Map(Object.entries(value).map(([key, item]) => [key, picklableJson(item)]))
}
