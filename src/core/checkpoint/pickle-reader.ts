import { damaged } from './damage'
import { decodeUtf8 } from './utf8'

/** Longest integer of a pickle: far beyond any honest one, and short enough to convert at once. */
const LONGEST_INTEGER_BYTES = 1024

/** A cursor over the bytes of a pickle; every read is checked against the end. */
export class PickleReader {
  readonly file: string
  position: number
  readonly #bytes: Uint8Array
  readonly #view: DataView

  constructor(bytes: Uint8Array, file: string, position = 0) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.file = file
    this.position = position
  }

  #take(length: number): number {
    const start = this.position
    if (length > this.#bytes.length - start) throw damaged(this.file, 'its pickle ends too early')
    this.position = start + length
    return start
  }

  uint8(): number {
    return this.#view.getUint8(this.#take(1))
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true)
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true)
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true)
  }

  /** A length of 8 bytes; one that does not fit the file is refused by the read that follows. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true))
  }

  /** BINFLOAT is the one big-endian number of the format. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false)
  }

  bytes(length: number): Uint8Array {
    const start = this.#take(length)
    return this.#bytes.slice(start, start + length)
  }

  text(length: number): string {
    const start = this.#take(length)
    try {
      return decodeUtf8(this.#bytes.subarray(start, start + length))
    } catch (cause) {
      throw damaged(this.file, 'a text in its pickle is not UTF-8', cause)
    }
  }

  /** The ASCII text up to the next line feed, as protocol 0 writes its arguments. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position)
    if (end < 0) throw damaged(this.file, 'its pickle ends too early')
    const text = this.text(end - this.position)
    this.position = end + 1
    return text
  }

  /** A little-endian two's complement integer of any length. */
  integer(length: number): number | bigint {
    if (length > LONGEST_INTEGER_BYTES) throw damaged(this.file, 'an integer in its pickle is absurdly long')
    const bytes = this.bytes(length)
    let value = 0n
    for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
    return compact(BigInt.asIntN(Math.max(1, length * 8), value))
  }

  /** A decimal integer as text, perhaps with Python 2's trailing L. */
  decimal(): number | bigint {
    const text = this.line().replace(/L$/, '')
    if (!/^[+-]?\d{1,2048}$/.test(text)) throw damaged(this.file, 'an integer in its pickle cannot be read')
    return compact(BigInt(text.replace(/^\+/, '')))
  }
}

/** Numbers where they are exact, bigints beyond. */
export function compact(value: bigint): number | bigint {
  const number = Number(value)
  return Number.isSafeInteger(number) ? number : value
}
