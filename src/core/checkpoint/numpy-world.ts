/**
 * numpy's scalars and arrays inside a pickle, in the spelling of numpy 1 (`numpy.core`) and numpy 2 (`numpy._core`):
 * the multi-GPU script of the original recipe stores its loss as one.
 *
 * @see numpy/_core/src/multiarray/descriptor.c, `arraydescr_setstate`, for the state of a dtype
 */
import type { DType } from '../tensor/dtype'
import { bytesPerElement } from '../tensor/dtype'
import { damaged } from './damage'
import { widenHalf } from '../tensor/half'
import { compact } from './pickle-reader'
import type { MemoryBudget } from './storage'
import { readView, Storage } from './storage'
import type { CheckpointValue } from './value'
import { itemsOf, Named } from './value'

const types: Readonly<Record<string, DType>> = {
  f8: 'float64',
  f4: 'float32',
  f2: 'float16',
  i8: 'int64',
  i4: 'int32',
  i2: 'int16',
  i1: 'int8',
  u8: 'uint64',
  u4: 'uint32',
  u2: 'uint16',
  u1: 'uint8',
  b1: 'bool',
}

class NumpyType extends Named {
  readonly dtype: DType
  readonly bigEndian: boolean

  constructor(dtype: DType, bigEndian: boolean) {
    super(`numpy.${dtype}`)
    this.dtype = dtype
    this.bigEndian = bigEndian
  }
}

interface NumpyContext {
  readonly file: string
  readonly budget: MemoryBudget
}

const EMPTY_ARRAY = 'numpy.ndarray, not filled yet'

export function numpyCalls(
  context: NumpyContext,
): Readonly<Record<string, (args: readonly CheckpointValue[]) => CheckpointValue>> {
  const { file } = context
  const scalar = ([type, bytes]: readonly CheckpointValue[]) => {
    const value = itself(tensorFrom(type, [], bytes, context).data[0], type)
    if (value === undefined) throw damaged(file, 'a numpy number in its pickle is empty')
    return value
  }
  const reconstruct = () => new Named(EMPTY_ARRAY)
  const fromBuffer = ([bytes, type, shape, order]: readonly CheckpointValue[]) =>
    tensorFrom(type, itemsOf(shape) ?? [], bytes, { ...context, fortran: order === 'F' })
  return {
    'numpy.dtype': ([spelling]) => {
      const [, order = '', name = ''] =
        /^([<>|=]?)([a-z]\d+)$/.exec(typeof spelling === 'string' ? spelling : '') ?? []
      const dtype = types[name]
      if (!dtype) throw damaged(file, `it holds numpy values of an unknown type`)
      return new NumpyType(dtype, order === '>')
    },
    'numpy.core.multiarray.scalar': scalar,
    'numpy._core.multiarray.scalar': scalar,
    'numpy.core.multiarray._reconstruct': reconstruct,
    'numpy._core.multiarray._reconstruct': reconstruct,
    'numpy.core.numeric._frombuffer': fromBuffer,
    'numpy._core.numeric._frombuffer': fromBuffer,
  }
}

/** `__setstate__` of a dtype or an array; undefined for everything else. */
export function buildNumpy(
  target: CheckpointValue,
  state: CheckpointValue,
  context: NumpyContext,
): CheckpointValue | undefined {
  if (target instanceof NumpyType) return new NumpyType(target.dtype, itemsOf(state)?.[1] === '>')
  if (!(target instanceof Named) || target.name !== EMPTY_ARRAY) return undefined
  const [, shape, type, fortran, bytes] = itemsOf(state) ?? []
  return tensorFrom(type, itemsOf(shape) ?? [], bytes, { ...context, fortran: fortran === true })
}

function tensorFrom(
  type: CheckpointValue | undefined,
  shape: readonly CheckpointValue[],
  bytes: CheckpointValue | undefined,
  context: NumpyContext & { fortran?: boolean },
) {
  const dimensions = shape.filter(n => typeof n === 'number')
  if (!(type instanceof NumpyType) || !(bytes instanceof Uint8Array) || dimensions.length !== shape.length) {
    throw damaged(context.file, 'a numpy array in its pickle cannot be read')
  }
  const storage = new Storage('numpy', type.dtype, type.bigEndian ? swapped(bytes, type.dtype) : bytes)
  const strides = context.fortran
    ? dimensions.map((_, axis) => product(dimensions.slice(0, axis)))
    : dimensions.map((_, axis) => product(dimensions.slice(axis + 1)))
  return readView(storage, { dtype: type.dtype, offset: 0, shape: dimensions, strides }, context)
}

/** A numpy scalar as a plain value: a half float is widened, a boolean is one. */
function itself(
  element: number | bigint | undefined,
  type: CheckpointValue | undefined,
): CheckpointValue | undefined {
  if (typeof element === 'bigint') return compact(element)
  if (!(type instanceof NumpyType) || element === undefined) return undefined
  if (type.dtype === 'bool') return element !== 0
  return type.dtype === 'float16' ? widenHalf(Uint16Array.of(element))[0] : element
}

function swapped(bytes: Uint8Array, dtype: DType): Uint8Array {
  const width = bytesPerElement(dtype)
  return bytes.map((_, i) => bytes[i - (i % width) + width - 1 - (i % width)] ?? 0)
}

const product = (numbers: readonly number[]) => numbers.reduce((a, b) => a * b, 1)
