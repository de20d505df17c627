/**
 * The safetensors format: an 8-byte length, a JSON header, then the tensors without gaps.
 *
 * @see huggingface/safetensors, README.md, "Format"
 */
import type { DType } from '../tensor/dtype'
import { bytesPerElement } from '../tensor/dtype'
import type { Tensor } from '../tensor/tensor'
import { damaged, notACheckpoint } from './damage'
import type { JsonValue } from './json'
import { isJsonObject, parseJson } from './json'
import { plainBytes } from './plain-bytes'
import { checkedSize, tensorOfBytes } from './storage'
import { decodeUtf8, encodeUtf8 } from './utf8'

export interface Safetensors {
  /** In the order of the file */
  readonly tensors: ReadonlyMap<string, Tensor>
  readonly metadata: Readonly<Record<string, string>>
}

const dtypeOf: Readonly<Record<string, DType>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
}
const codeOf = new Map(Object.entries(dtypeOf).map(([code, dtype]) => [dtype, code]))

const LARGEST_HEADER = 100_000_000 // the limit of the reference implementation

interface Entry {
  readonly name: string
  readonly dtype: string
  readonly shape: readonly number[]
  readonly from: number
  readonly to: number
}

/** An 8-byte length that fits the file and a brace: no other format starts so. */
export function looksLikeSafetensors(bytes: Uint8Array): boolean {
  if (bytes.length < 10 || bytes[8] !== 0x7b) return false
  const length = headerLength(bytes)
  return length <= LARGEST_HEADER && length >= 2
}

/** @throws AppError CORRUPT_FILE or NOT_A_CHECKPOINT */
export function readSafetensors(contents: Uint8Array, file: string): Safetensors {
  const bytes = plainBytes(contents)
  const length = bytes.length >= 8 ? headerLength(bytes) : Infinity
  if (length > bytes.length - 8 || length > LARGEST_HEADER) throw damaged(file, 'its header is cut off')
  const { entries, metadata } = readHeader(bytes.subarray(8, 8 + length), file)
  const data = bytes.subarray(8 + length)

  const tensors = new Map<string, Tensor>()
  let end = 0
  for (const { name, dtype: code, shape, from, to } of entries.sort(byPlace)) {
    const dtype = Object.hasOwn(dtypeOf, code) ? dtypeOf[code] : undefined
    if (!dtype) throw notACheckpoint(file, `${name} has the unknown type ${code}`)
    if (from !== end) throw damaged(file, `${name} overlaps another tensor or leaves a gap before it`)
    if (to > data.length) throw damaged(file, `${name} is cut off`)
    if (to - from !== checkedSize(shape, file) * bytesPerElement(dtype)) {
      throw damaged(file, `${name} has another size than its shape [${shape.join(', ')}]`)
    }
    tensors.set(name, tensorOfBytes(dtype, shape, data.slice(from, to)))
    end = to
  }
  if (end !== data.length) throw damaged(file, 'bytes follow its last tensor')
  return { tensors, metadata }
}

export function writeSafetensors({ tensors, metadata }: Safetensors): Uint8Array {
  // Joined by hand: a JavaScript object would move names that look like numbers to the front.
  const members = Object.keys(metadata).length > 0 ? [`"__metadata__":${JSON.stringify(metadata)}`] : []
  let end = 0
  for (const [name, { dtype, shape, data }] of tensors) {
    const entry = { dtype: codeOf.get(dtype), shape, data_offsets: [end, (end += data.byteLength)] }
    members.push(`${JSON.stringify(name)}:${JSON.stringify(entry)}`)
  }
  const json = encodeUtf8(`{${members.join()}}`)
  // Spaces after the header let the first tensor start on an 8-byte boundary.
  const padded = Math.ceil(json.length / 8) * 8
  const bytes = new Uint8Array(8 + padded + end)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(padded), true)
  bytes.fill(0x20, 8, 8 + padded)
  bytes.set(json, 8)
  let at = 8 + padded
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), at)
    at += data.byteLength
  }
  return bytes
}

/** Empty tensors share their start with the next one, so the end decides. */
function byPlace(a: Entry, b: Entry): number {
  return a.from - b.from || a.to - b.to
}

function headerLength(bytes: Uint8Array): number {
  return Number(new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0, true))
}

interface Header {
  readonly entries: Entry[]
  readonly metadata: Readonly<Record<string, string>>
}

function readHeader(bytes: Uint8Array, file: string): Header {
  let header: JsonValue
  try {
    header = parseJson(decodeUtf8(bytes))
  } catch (cause) {
    throw damaged(file, 'its header cannot be read', cause)
  }
  if (!isJsonObject(header)) throw damaged(file, 'its header cannot be read')
  const { __metadata__: metadata, ...members } = header
  const entries = Object.entries(members).map(([name, member]) => readEntry(name, member, file))
  return { entries, metadata: textsOf(metadata, file) }
}

function readEntry(name: string, member: JsonValue, file: string): Entry {
  const { dtype, shape, data_offsets: offsets } = isJsonObject(member) ? member : {}
  const [from, to, ...more] = countsOf(offsets) ?? []
  const dimensions = countsOf(shape)
  if (typeof dtype !== 'string' || !dimensions || from === undefined || to === undefined || more.length > 0) {
    throw damaged(file, `its header cannot be read where it speaks of ${name}`)
  }
  return { name, dtype, shape: dimensions, from, to }
}

function countsOf(value: JsonValue | undefined): number[] | undefined {
  if (!Array.isArray(value)) return undefined
  const counts = value.filter(n => typeof n === 'number' && Number.isSafeInteger(n) && n >= 0)
  return counts.length === value.length ? counts.map(Number) : undefined
}

function textsOf(metadata: JsonValue | undefined, file: string): Readonly<Record<string, string>> {
  const members = isJsonObject(metadata) ? Object.entries(metadata) : []
  const texts = members.filter((member): member is [string, string] => typeof member[1] === 'string')
  if ((metadata !== undefined && !isJsonObject(metadata)) || texts.length !== members.length) {
    throw damaged(file, 'its metadata cannot be read')
  }
  return Object.fromEntries(texts)
}
