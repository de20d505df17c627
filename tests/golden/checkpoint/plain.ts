import type { Tensor } from '../../../src/core/tensor/tensor'
import type { CheckpointValue } from '../../../src/core/checkpoint/value'
import { isTensor, Named, Tuple } from '../../../src/core/checkpoint/value'
import { widenBfloat16, widenHalf } from '../../../src/core/tensor/half'

/** A value in the JSON form of the fixtures, so that one `toEqual` compares all of it. */
export function plain(value: CheckpointValue): unknown {
  if (isTensor(value))
    return { tensor: true, shape: [...value.shape], dtype: value.dtype, values: elements(value) }
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Tuple) return { tuple: value.items.map(plain) }
  if (value instanceof Set) return { set: [...value].map(plain) }
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (value instanceof Named) return { repr: value.name }
  if (value instanceof Map) return { entries: [...value].map(([key, item]) => [plain(key), plain(item)]) }
  if (typeof value === 'bigint') return { bigint: String(value) }
  return typeof value === 'number' ? finite(value) : value
}

export function elements({ dtype, data }: Tensor): unknown[] {
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, String)
  if (data instanceof Uint16Array && dtype === 'float16') return Array.from(widenHalf(data), finite)
  if (data instanceof Uint16Array && dtype === 'bfloat16') return Array.from(widenBfloat16(data), finite)
  return Array.from(data, element => (dtype === 'bool' ? element !== 0 : finite(element)))
}

const finite = (value: number) => (Number.isFinite(value) ? value : String(value))
