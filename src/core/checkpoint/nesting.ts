import { damaged } from './damage'
import type { CheckpointValue } from './value'
import { Tuple } from './value'

/** Containers inside containers: an optimizer's state has five levels. */
const DEEPEST = 100
/** Values met when every shared part is counted once per use; more would take forever to walk. */
const MOST_VALUES = 10_000_000

/**
 * Refuses what would hang or crash whoever walks the value later: values that contain themselves, are nested more
 * than 100 deep, or share parts so often that walking them takes forever. Linear in the size of the value.
 */
export function checkNesting(root: CheckpointValue, file: string): void {
  const measured = new Map<CheckpointValue, { depth: number; count: number }>()
  const onPath = new Set<CheckpointValue>()
  const pending: CheckpointValue[] = [root]
  for (let value = pending.at(-1); value !== undefined; value = pending.at(-1)) {
    if (arity(value) === 0 || measured.has(value)) {
      pending.pop()
    } else if (onPath.has(value)) {
      // Second visit: all its children are measured now.
      measured.set(value, measure(value))
      onPath.delete(value)
      pending.pop()
    } else {
      onPath.add(value)
      if (onPath.size > DEEPEST) throw damaged(file, 'its values are nested too deeply')
      for (const child of childrenOf(value)) {
        if (onPath.has(child)) throw damaged(file, 'one of its values contains itself')
        if (arity(child) > 0 && !measured.has(child)) pending.push(child)
      }
    }
  }

  function measure(value: CheckpointValue): { depth: number; count: number } {
    let [depth, count] = [0, 1]
    for (const child of childrenOf(value)) {
      const part = measured.get(child)
      depth = Math.max(depth, part?.depth ?? 0)
      count += part?.count ?? 1
    }
    if (depth >= DEEPEST) throw damaged(file, 'its values are nested too deeply')
    if (count > MOST_VALUES) throw damaged(file, 'it repeats the same values absurdly often')
    return { depth: depth + 1, count }
  }
}

function arity(value: CheckpointValue): number {
  if (Array.isArray(value)) return value.length
  if (value instanceof Tuple) return value.items.length
  return value instanceof Map || value instanceof Set ? value.size : 0
}

function* childrenOf(value: CheckpointValue): Iterable<CheckpointValue> {
  if (Array.isArray(value)) yield* value
  else if (value instanceof Tuple) yield* value.items
  else if (value instanceof Set) yield* value
  else if (value instanceof Map) {
    yield* value.keys()
    yield* value.values()
  }
}
