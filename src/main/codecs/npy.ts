import type { DType } from '../../core/tensor/dtype'
import { bytesPerElement } from '../../core/tensor/dtype'
import { sizeOf, stridesOf } from '../../core/tensor/shape'
import type { Tensor } from '../../core/tensor/tensor'
import { tensor } from '../../core/tensor/tensor'
import { AppError } from '../../shared/errors'
import type { CodecResult } from './codec'
import { defineCodec } from './codec'
import { guardDecodedSize } from './size-guard'
import { typedValues, valueBytes } from './typed-values'

export const npy = defineCodec({
  id: 'npy',
  extensions: ['.npy'],
  sniff: bytes => bytes[0] === 0x93 && latin1(bytes.subarray(1, 6)) === 'NUMPY',
  read: (bytes, file): CodecResult => arrayOfPixels(readNpy(bytes, file)),
})

/** Three axes of which the last is too long for colours are a volume: [z, y, x]. */
export function arrayOfPixels(pixels: Tensor): CodecResult {
  const isVolume = pixels.shape.length === 3 && (pixels.shape[2] ?? 0) >= 16
  return { pixels, kind: isVolume ? 'volume' : 'picture' }
}

const dtypes: Readonly<Record<string, DType>> = {
  b1: 'bool',
  i1: 'int8',
  i2: 'int16',
  i4: 'int32',
  i8: 'int64',
  u1: 'uint8',
  u2: 'uint16',
  u4: 'uint32',
  u8: 'uint64',
  f2: 'float16',
  f4: 'float32',
  f8: 'float64',
}

/**
 * Reads an array of NumPy's format, versions 1 to 3, in C or Fortran order. Nothing is ever unpickled.
 *
 * @param file - name for error messages
 * @throws AppError CORRUPT_FILE, FILE_UNREADABLE (complex, text, records) or UNSAFE_PICKLE (objects)
 * @see NEP 1, "A Simple File Format for NumPy Arrays"
 */
export function readNpy(bytes: Uint8Array, file: string): Tensor {
  const { descr, fortran, shape, dataOffset } = headerOf(bytes, file)
  const { dtype, littleEndian } = elementType(descr, file)
  const data = bytes.subarray(dataOffset)
  guardDecodedSize(file, sizeOf(shape) * bytesPerElement(dtype), data.length, false)
  if (!fortran) return typedValues(data, dtype, shape, littleEndian)
  return transposed(typedValues(data, dtype, [...shape].reverse(), littleEndian))
}

/** Version 1.0, little-endian, C order; the header is padded so that the values begin on a multiple of 64. */
export function writeNpy(values: Tensor): Uint8Array {
  const code = Object.keys(dtypes).find(key => dtypes[key] === values.dtype)
  if (!code) throw new RangeError(`NumPy has no type ${values.dtype}`)
  const sizes = values.shape.map(size => `${size},`).join(' ')
  const order = bytesPerElement(values.dtype) === 1 ? '|' : '<'
  const text = `{'descr': '${order}${code}', 'fortran_order': False, 'shape': (${sizes}), }`
  const length = Math.ceil((10 + text.length + 1) / 64) * 64 - 10
  const header = Buffer.from(`\x93NUMPY\x01\x00\x00\x00${text.padEnd(length - 1)}\n`, 'latin1')
  header.writeUInt16LE(length, 8)
  return new Uint8Array(Buffer.concat([header, valueBytes(values, true)]))
}

interface NpyHeader {
  readonly descr: string
  readonly fortran: boolean
  readonly shape: readonly number[]
  readonly dataOffset: number
}

function headerOf(bytes: Uint8Array, file: string): NpyHeader {
  const major = bytes[6] ?? 0
  if (bytes.length < 12 || major < 1 || major > 3) {
    throw new AppError('CORRUPT_FILE', { file, reason: `it is no NumPy array of version 1 to 3` })
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const [length, start] = major === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12]
  if (start + length > bytes.length)
    throw new AppError('CORRUPT_FILE', { file, reason: 'it ends within its header' })
  const text = latin1(bytes.subarray(start, start + length))
  return { ...parseHeader(text, file), dataOffset: start + length }
}

/** The header is a Python dictionary; only the three entries that NumPy writes are looked for, nothing is evaluated. */
function parseHeader(text: string, file: string): Omit<NpyHeader, 'dataOffset'> {
  const descr = /['"]descr['"]\s*:\s*(['"][^'"]*['"]|\[)/.exec(text)?.[1]
  const order = /['"]fortran_order['"]\s*:\s*(True|False)/.exec(text)?.[1]
  const sizes = /['"]shape['"]\s*:\s*\(([\d\sL,]*)\)/.exec(text)?.[1]
  if (descr === undefined || order === undefined || sizes === undefined) {
    throw new AppError('CORRUPT_FILE', { file, reason: 'its NumPy header makes no sense' })
  }
  // Python 2 wrote sizes as 3L.
  const shape = sizes.split(',').flatMap(size => (size.trim() ? [Number(size.trim().replace('L', ''))] : []))
  if (!shape.every(size => Number.isSafeInteger(size))) {
    throw new AppError('CORRUPT_FILE', { file, reason: `its header declares the shape (${sizes})` })
  }
  return { descr: descr.replaceAll(/['"]/g, ''), fortran: order === 'True', shape }
}

function elementType(descr: string, file: string): { dtype: DType; littleEndian: boolean } {
  const [, order = '', code = ''] = /^([<>|=]?)(\w+)$/.exec(descr) ?? []
  if (code.startsWith('O')) {
    throw new AppError('UNSAFE_PICKLE', {
      file,
      reason: 'its values are pickled Python objects, not numbers',
    })
  }
  const dtype = dtypes[code]
  if (!dtype) {
    const kind = descr === '[' ? 'records' : `values of the type ${descr}`
    throw new AppError('FILE_UNREADABLE', { file, reason: `it holds ${kind}, which SliceTune does not read` })
  }
  return { dtype, littleEndian: order !== '>' }
}

/** Reverses the axes: [c, b, a] -> [a, b, c]. */
function transposed(source: Tensor): Tensor {
  const shape = [...source.shape].reverse()
  const strides = stridesOf(source.shape).reverse()
  const data = source.data.slice()
  const index = new Array<number>(shape.length).fill(0)
  let from = 0
  for (let to = 0; to < data.length; to++) {
    // `from` walks the source along the reversed strides, within its bounds; data and source share their type.
    data[to] = source.data[from]!
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += strides[axis]!
      index[axis]!++
      if (index[axis]! < shape[axis]!) break
      from -= index[axis]! * strides[axis]!
      index[axis] = 0
    }
  }
  return tensor(source.dtype, shape, data)
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}
