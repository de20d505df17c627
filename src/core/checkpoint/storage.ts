import type { DataOf, DType } from '../tensor/dtype'
import { arrayOf, bytesPerElement } from '../tensor/dtype'
import type { Shape } from '../tensor/shape'
import { stridesOf } from '../tensor/shape'
import type { Tensor } from '../tensor/tensor'
import { tensor } from '../tensor/tensor'
import { damaged } from './damage'
import { Named } from './value'

/** A block of memory in a torch file, which any number of tensors may look into. */
export class Storage extends Named {
  readonly key: string
  /** null for storages without an element type of their own (`UntypedStorage`) */
  readonly dtype: DType | null
  readonly bytes: Uint8Array

  constructor(key: string, dtype: DType | null, bytes: Uint8Array) {
    super(`storage ${key}`)
    this.key = key
    this.dtype = dtype
    this.bytes = bytes
  }
}

/** Keeps a small file from claiming more memory than any honest one of its size needs. */
export class MemoryBudget {
  #left: number
  readonly #file: string

  constructor(fileBytes: number, file: string) {
    // Expanded tensors are larger than their storage and shared ones are copied for each view: 256 MB allows for them.
    this.#left = 4 * fileBytes + 2 ** 28
    this.#file = file
  }

  spend(bytes: number): void {
    this.#left -= bytes
    if (!(this.#left >= 0))
      throw damaged(this.#file, 'its tensors claim far more memory than the file can fill')
  }
}

export interface View {
  readonly dtype: DType
  /** In elements, from the start of the storage */
  readonly offset: number
  readonly shape: Shape
  /** In elements; 0 repeats the same values along the axis */
  readonly strides: readonly number[]
}

/** Copies a view of a storage into a dense row-major tensor of its own. */
export function readView(
  storage: Storage,
  view: View,
  context: { file: string; budget: MemoryBudget },
): Tensor {
  const { dtype, shape, offset, strides } = view
  const { file, budget } = context
  const width = bytesPerElement(dtype)
  const size = checkedSize(shape, file)
  if (strides.length !== shape.length) throw damaged(file, 'a tensor has other strides than dimensions')
  if (![offset, ...strides].every(n => Number.isSafeInteger(n) && n >= 0)) {
    throw damaged(file, 'a tensor starts or steps outside its storage')
  }
  const last = shape.reduce((sum, dimension, axis) => sum + (dimension - 1) * (strides[axis] ?? 0), offset)
  if (size > 0 && (last + 1) * width > storage.bytes.length) {
    throw damaged(file, `a tensor of the shape [${shape.join(', ')}] is larger than its storage`)
  }
  budget.spend(size * width)
  const contiguous =
    size === 0 || shape.every((n, axis) => n === 1 || strides[axis] === stridesOf(shape)[axis])
  const packed = contiguous
    ? storage.bytes.slice(offset * width, (offset + size) * width)
    : gather(storage.bytes, { width, offset, shape, strides, size })
  return tensorOfBytes(dtype, shape, packed)
}

/** The number of elements, refusing dimensions that are no counts or overflow. */
export function checkedSize(shape: Shape, file: string): number {
  const size = shape.reduce((product, n) => (Number.isSafeInteger(n) && n >= 0 ? product * n : NaN), 1)
  if (!Number.isSafeInteger(size) || shape.length > 64)
    throw damaged(file, 'a tensor has an impossible shape')
  return size
}

/**
 * Reads little-endian elements in place.
 *
 * @param bytes - exactly the elements; copied only where its start is not aligned for the type
 */
export function tensorOfBytes<D extends DType>(dtype: D, shape: Shape, bytes: Uint8Array): Tensor<D> {
  const width = bytesPerElement(dtype)
  const aligned = bytes.byteOffset % width === 0 ? bytes : bytes.slice()
  const data = new arrayOf[dtype](aligned.buffer as ArrayBuffer, aligned.byteOffset, aligned.length / width)
  // The record maps each type to its own constructor, which TypeScript cannot follow through the index.
  return tensor(dtype, shape, data as DataOf[D])
}

function gather(
  source: Uint8Array,
  view: { width: number; offset: number; shape: Shape; strides: readonly number[]; size: number },
): Uint8Array {
  const { width, offset, shape, strides, size } = view
  const target = new Uint8Array(size * width)
  const index = new Array<number>(shape.length).fill(0)
  // All axes have an index, a stride and a length, and `readView` proved every position to lie inside: hence the `!`.
  for (let element = 0, at = offset; element < size; element++) {
    for (let byte = 0; byte < width; byte++) target[element * width + byte] = source[at * width + byte]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      index[axis]!++
      at += strides[axis]!
      if (index[axis]! < shape[axis]!) break
      at -= strides[axis]! * shape[axis]!
      index[axis] = 0
    }
  }
  return target
}
