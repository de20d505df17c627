import type { Tensor } from '../tensor/tensor'

/**
 * What a checkpoint file holds, as plain values. Python's dict is a Map, list an array, set a Set, bytes a
 * Uint8Array; integers beyond 2^53 are bigints. Nothing here can run code.
 */
export type CheckpointValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | Tensor
  | Tuple
  | Named
  | CheckpointValue[]
  | CheckpointMap
  | Set<CheckpointValue>

export type CheckpointMap = Map<CheckpointValue, CheckpointValue>

export class Tuple {
  readonly items: readonly CheckpointValue[]

  constructor(items: readonly CheckpointValue[]) {
    this.items = items
  }
}

/** A Python object known by its name only, such as `torch.float32` or `cpu`. */
export class Named {
  readonly name: string

  constructor(name: string) {
    this.name = name
  }
}

export function isTensor(value: CheckpointValue | undefined): value is Tensor {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value
}

/** Items of a list or tuple; undefined for everything else. */
export function itemsOf(value: CheckpointValue | undefined): readonly CheckpointValue[] | undefined {
  if (Array.isArray(value)) return value
  return value instanceof Tuple ? value.items : undefined
}
