import type { Picklable } from './pickle-writer'
import type { CheckpointValue } from './value'
import { itemsOf } from './value'

/** Plain data: what survives JSON, and a pickle of dicts, lists, texts and numbers, unchanged. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject
export interface JsonObject {
  readonly [name: string]: JsonValue
}

/** Dicts with text keys become objects, tuples arrays; undefined where something else is in it, such as a tensor. */
export function jsonOf(value: CheckpointValue): JsonValue | undefined {
  if (isScalar(value)) return value
  const items = itemsOf(value)
  if (items) return allOf(items.map(jsonOf))
  if (!(value instanceof Map)) return undefined
  const members: [string, JsonValue][] = []
  for (const [key, item] of value) {
    const member = jsonOf(item)
    if (typeof key !== 'string' || member === undefined) return undefined
    members.push([key, member])
  }
  return Object.fromEntries(members)
}

/** @throws RangeError for numbers that JSON does not know: they could not be read again */
export function picklableJson(value: JsonValue): Picklable {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new RangeError(`${value} cannot be stored`)
  if (isScalar(value)) return value
  if (isList(value)) return value.map(picklableJson)
  return new Map(Object.entries(value).map(([key, item]) => [key, picklableJson(item)]))
}

export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !isList(value)
}

/** Text as JSON. @throws SyntaxError */
export function parseJson(text: string): JsonValue {
  return JSON.parse(text) as JsonValue // boundary: JSON.parse gives nothing else
}

function isScalar(value: unknown): value is null | boolean | number | string {
  if (typeof value === 'number') return Number.isFinite(value)
  return value === null || typeof value === 'boolean' || typeof value === 'string'
}

/** `Array.isArray` does not narrow readonly arrays. */
function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value)
}

function allOf(parts: readonly (JsonValue | undefined)[]): JsonValue | undefined {
  const known = parts.filter(part => part !== undefined)
  return known.length === parts.length ? known : undefined
}
