import type { StateDict } from '../tensor/state-dict'
import type { Tensor } from '../tensor/tensor'
import { tensor } from '../tensor/tensor'
import { notACheckpoint } from './damage'
import { narrowHalf, widenBfloat16, widenHalf } from '../tensor/half'
import type { CheckpointValue } from './value'
import { isTensor } from './value'

/** Every name wears this prefix where DistributedDataParallel saved itself instead of its model. */
const PARALLEL_PREFIX = 'module.'

/** @throws AppError NOT_A_CHECKPOINT when something other than a named tensor is in it */
export function stateDictOf(value: CheckpointValue | undefined, file: string): StateDict {
  if (!(value instanceof Map) || value.size === 0) throw notACheckpoint(file, 'it holds no weights')
  const state = new Map<string, Tensor<'float32'>>()
  for (const [name, entry] of value) {
    if (typeof name !== 'string') throw notACheckpoint(file, 'its weights have no names')
    if (!isTensor(entry)) throw notACheckpoint(file, `${name} in its weights is not a tensor`)
    state.set(name, widened(entry))
  }
  const parallel = [...state.keys()].every(name => name.startsWith(PARALLEL_PREFIX))
  return parallel
    ? new Map([...state].map(([name, entry]) => [name.slice(PARALLEL_PREFIX.length), entry]))
    : state
}

/** The same values as float32: exact for halves, rounded for doubles and large integers. */
export function widened(entry: Tensor): Tensor<'float32'> {
  if (isFloat32(entry)) return entry
  return tensor('float32', entry.shape, widenedData(entry))
}

/** Every tensor rounded to float16, for storage at half the size. */
export function narrowed(state: StateDict): Map<string, Tensor<'float16'>> {
  return new Map(
    [...state].map(([name, { shape, data }]) => [name, tensor('float16', shape, narrowHalf(data))] as const),
  )
}

function isFloat32(entry: Tensor): entry is Tensor<'float32'> {
  return entry.dtype === 'float32'
}

function widenedData({ dtype, data }: Tensor): Float32Array {
  if (data instanceof Uint16Array && dtype === 'float16') return widenHalf(data)
  if (data instanceof Uint16Array && dtype === 'bfloat16') return widenBfloat16(data)
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Float32Array.from(data, Number)
  return Float32Array.from(data)
}
