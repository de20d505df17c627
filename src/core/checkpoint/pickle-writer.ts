import type { DType } from '../tensor/dtype'
import type { Tensor } from '../tensor/tensor'
import { stridesOf } from '../tensor/shape'
import { sizeOf } from '../tensor/shape'
import { encodeUtf8 } from './utf8'

/** What the writer can put into a pickle. Whole numbers become Python's int unless wrapped in `PythonFloat`. */
export type Picklable =
  | null
  | boolean
  | number
  | string
  | PythonFloat
  | PythonTuple
  | Tensor
  | readonly Picklable[]
  | ReadonlyMap<string | number, Picklable>

export class PythonFloat {
  readonly value: number

  constructor(value: number) {
    this.value = value
  }
}

export class PythonTuple {
  readonly items: readonly Picklable[]

  constructor(items: readonly Picklable[]) {
    this.items = items
  }
}

const storageName: Readonly<Partial<Record<DType, string>>> = {
  float64: 'DoubleStorage',
  float32: 'FloatStorage',
  float16: 'HalfStorage',
  bfloat16: 'BFloat16Storage',
  int64: 'LongStorage',
  int32: 'IntStorage',
  int16: 'ShortStorage',
  int8: 'CharStorage',
  uint8: 'ByteStorage',
  bool: 'BoolStorage',
}

/**
 * Writes values as torch.save's pickle, protocol 2, without a memo.
 *
 * @returns the pickle, and the storages its tensors refer to, in the order of their keys 0, 1, 2 …; tensors on one
 * array share a storage
 */
export function writePickle(value: Picklable): { pickle: Uint8Array; storages: Tensor['data'][] } {
  const writer = new PickleWriter()
  writer.write(value)
  return { pickle: writer.finish(), storages: writer.storages }
}

class PickleWriter {
  readonly storages: Tensor['data'][] = []
  readonly #keys = new Map<Tensor['data'], number>()
  #bytes = new Uint8Array(65536)
  #length = 0

  constructor() {
    this.#raw([0x80, 2])
  }

  finish(): Uint8Array {
    this.#raw([0x2e])
    return this.#bytes.slice(0, this.#length)
  }

  write(value: Picklable): void {
    if (value === null) this.#raw([0x4e])
    else if (typeof value === 'boolean') this.#raw([value ? 0x88 : 0x89])
    else if (typeof value === 'number') this.#number(value)
    else if (typeof value === 'string') this.#text(value)
    else if (value instanceof PythonFloat) this.#float(value.value)
    else if (value instanceof PythonTuple) this.#tuple(value.items)
    else if (isMap(value)) this.#dict(value)
    else if (isList(value)) this.#list(value)
    else this.#tensor(value)
  }

  #raw(bytes: ArrayLike<number>): void {
    if (this.#length + bytes.length > this.#bytes.length) {
      const larger = new Uint8Array(2 * (this.#length + bytes.length))
      larger.set(this.#bytes.subarray(0, this.#length))
      this.#bytes = larger
    }
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  #code(code: number, width: 4 | 8, set: (view: DataView) => void): void {
    const bytes = new Uint8Array(1 + width)
    bytes[0] = code
    set(new DataView(bytes.buffer, 1))
    this.#raw(bytes)
  }

  #number(value: number): void {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return this.#float(value)
    if (value === (value | 0)) return this.#code(0x4a, 4, view => view.setInt32(0, value, true))
    this.#raw([0x8a, 8]) // LONG1, two's complement
    const bytes = new Uint8Array(8)
    new DataView(bytes.buffer).setBigInt64(0, BigInt(value), true)
    this.#raw(bytes)
  }

  #float(value: number): void {
    this.#code(0x47, 8, view => view.setFloat64(0, value, false))
  }

  #text(text: string): void {
    const bytes = encodeUtf8(text)
    this.#code(0x58, 4, view => view.setUint32(0, bytes.length, true))
    this.#raw(bytes)
  }

  #global(module: string, name: string): void {
    this.#raw(encodeUtf8(`c${module}\n${name}\n`))
  }

  #tuple(items: readonly Picklable[]): void {
    this.#raw([0x28])
    for (const item of items) this.write(item)
    this.#raw([0x74])
  }

  #list(items: readonly Picklable[]): void {
    this.#raw([0x5d, 0x28])
    for (const item of items) this.write(item)
    this.#raw([0x65])
  }

  #dict(map: ReadonlyMap<string | number, Picklable>): void {
    this.#raw([0x7d, 0x28])
    for (const [key, value] of map) {
      this.write(key)
      this.write(value)
    }
    this.#raw([0x75])
  }

  /** torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks) */
  #tensor({ dtype, shape, data }: Tensor): void {
    const type = storageName[dtype]
    if (!type) throw new RangeError(`torch has no storage for ${dtype}`)
    this.#global('torch._utils', '_rebuild_tensor_v2')
    this.#raw([0x28])
    this.#raw([0x28])
    this.#text('storage')
    this.#global('torch', type)
    this.#text(String(this.#keyOf(data)))
    this.#text('cpu')
    this.#number(sizeOf(shape))
    this.#raw([0x74, 0x51])
    this.#number(0)
    this.#tuple(shape)
    this.#tuple(stridesOf(shape))
    this.#raw([0x89])
    this.#global('collections', 'OrderedDict')
    this.#raw([0x29, 0x52])
    this.#raw([0x74, 0x52])
  }

  #keyOf(data: Tensor['data']): number {
    const key = this.#keys.get(data) ?? this.storages.push(data) - 1
    this.#keys.set(data, key)
    return key
  }
}

function isMap(value: Picklable): value is ReadonlyMap<string | number, Picklable> {
  return value instanceof Map
}

function isList(value: Picklable): value is readonly Picklable[] {
  return Array.isArray(value)
}
