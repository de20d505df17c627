/**
 * The part of the zip format that checkpoints use: stored and deflated entries, zip64 sizes, no encryption.
 * Sizes are believed only as far as the file can hold them.
 *
 * @see PKWARE APPNOTE.TXT 6.3.10, sections 4.3 and 4.5
 */
import { inflateSync } from 'fflate'
import { crc32 } from './crc32'
import { damaged } from './damage'
import { plainBytes } from './plain-bytes'
import { decodeLatin1 } from './utf8'

export interface ZipEntry {
  readonly name: string
  readonly size: number
  /** The contents: a view of the file where the entry is stored, a new array where it is deflated. */
  read(): Uint8Array
}

const LOCAL = 0x04034b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const END64 = 0x06064b50
const END64_LOCATOR = 0x07064b50
/** Deflate cannot shrink anything further than this. */
const HIGHEST_RATIO = 1040

export function looksLikeZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5) && bytes[3] === bytes[2] + 1
  )
}

/** Entries by name, in directory order. @throws AppError CORRUPT_FILE */
export function readZip(bytes: Uint8Array, file: string): Map<string, ZipEntry> {
  const archive = new Archive(plainBytes(bytes), file)
  const { count, start } = archive.directory()
  const entries = new Map<string, ZipEntry>()
  let at = start
  for (let i = 0; i < count; i++) {
    const entry = archive.entry(at)
    if (entries.has(entry.name)) throw damaged(file, `its zip directory lists ${entry.name} twice`)
    entries.set(entry.name, entry)
    at = entry.next
  }
  return entries
}

class Archive {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  readonly #file: string
  /** Bytes that may still be unpacked: weights hardly shrink, so an archive of this size never needs more. */
  #unpackable: number

  constructor(bytes: Uint8Array, file: string) {
    this.#bytes = bytes
    this.#unpackable = 2 ** 28 + 20 * bytes.length
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#file = file
  }

  #check(at: number, length: number): number {
    if (!(at >= 0 && at + length <= this.#bytes.length))
      throw damaged(this.#file, 'its zip directory is cut off')
    return at
  }

  #u16 = (at: number) => this.#view.getUint16(this.#check(at, 2), true)
  #u32 = (at: number) => this.#view.getUint32(this.#check(at, 4), true)
  #u64 = (at: number) => Number(this.#view.getBigUint64(this.#check(at, 8), true))

  directory(): { count: number; start: number } {
    const end = this.#end()
    const locator = end - 20
    if (locator >= 0 && this.#u32(locator) === END64_LOCATOR) {
      const end64 = this.#u64(locator + 8)
      if (this.#u32(end64) !== END64) throw damaged(this.#file, 'its zip directory cannot be found')
      return { count: this.#u64(end64 + 32), start: this.#u64(end64 + 48) }
    }
    return { count: this.#u16(end + 10), start: this.#u32(end + 16) }
  }

  /** The end record stands last, before a comment of up to 64 KB. */
  #end(): number {
    const lowest = Math.max(0, this.#bytes.length - 22 - 65535)
    for (let at = this.#bytes.length - 22; at >= lowest; at--) {
      if (this.#bytes[at] === 0x50 && this.#u32(at) === END) return at
    }
    throw damaged(this.#file, 'the end of its zip directory is missing, so it was cut off')
  }

  entry(at: number): ZipEntry & { next: number } {
    if (this.#u32(at) !== CENTRAL) throw damaged(this.#file, 'its zip directory is broken')
    const [nameLength, extraLength, commentLength] = [
      this.#u16(at + 28),
      this.#u16(at + 30),
      this.#u16(at + 32),
    ]
    const nameStart = this.#check(at + 46, nameLength + extraLength + commentLength)
    const name = decodeLatin1(this.#bytes.subarray(nameStart, nameStart + nameLength))
    const large = this.#zip64(nameStart + nameLength, extraLength)
    const field = (offset: number) => {
      const value = this.#u32(at + offset)
      return value === 0xffffffff ? (large.next().value ?? value) : value
    }
    // The zip64 field holds, in this order, only those values that did not fit.
    const [size, packed, offset] = [field(24), field(20), field(42)]
    const header = { name, flags: this.#u16(at + 8), method: this.#u16(at + 10), crc: this.#u32(at + 16) }
    const next = nameStart + nameLength + extraLength + commentLength
    return { name, size, next, read: () => this.#read({ ...header, size, packed, offset }) }
  }

  *#zip64(start: number, length: number): Generator<number, undefined> {
    for (let at = start; at + 4 <= start + length; at += 4 + this.#u16(at + 2)) {
      if (this.#u16(at) !== 1) continue
      for (let value = at + 4; value + 8 <= at + 4 + this.#u16(at + 2); value += 8) yield this.#u64(value)
    }
    return undefined
  }

  #read(entry: {
    name: string
    flags: number
    method: number
    crc: number
    size: number
    packed: number
    offset: number
  }): Uint8Array {
    const { name, offset, packed, size } = entry
    const broken = (reason: string, cause?: unknown) =>
      damaged(this.#file, `${name} inside it ${reason}`, cause)
    if (entry.flags & 1) throw broken('is encrypted')
    if (this.#u32(offset) !== LOCAL) throw broken('is missing')
    const start = this.#check(offset + 30 + this.#u16(offset + 26) + this.#u16(offset + 28), packed)
    const stored = this.#bytes.subarray(start, start + packed)
    if (entry.method !== 0 && entry.method !== 8) throw broken('is compressed in an unknown way')
    if (entry.method === 0 ? size !== packed : size > packed * HIGHEST_RATIO + 64)
      throw broken('lies about its size')
    if (entry.method === 8) this.#unpackable -= size
    if (this.#unpackable < 0) throw broken('unpacks into far more than a checkpoint needs')
    const contents = entry.method === 0 ? stored : inflate(stored, size, broken)
    // torch can be told not to compute sums; it then writes zero.
    if (entry.crc !== 0 && crc32(contents) !== entry.crc) throw broken('has changed since it was written')
    return contents
  }
}

function inflate(
  packed: Uint8Array,
  size: number,
  broken: (reason: string, cause?: unknown) => Error,
): Uint8Array {
  let contents: Uint8Array
  try {
    contents = inflateSync(packed, { out: new Uint8Array(size) })
  } catch (cause) {
    throw broken('cannot be decompressed', cause)
  }
  if (contents.length !== size) throw broken('lies about its size')
  return contents
}
