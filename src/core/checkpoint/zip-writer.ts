import { invariant } from '../../shared/errors'
import { crc32 } from './crc32'
import { encodeUtf8 } from './utf8'

export interface ZipContents {
  readonly name: string
  readonly contents: Uint8Array
}

const LOCAL_HEADER = 30
const CENTRAL_HEADER = 46
const END_RECORD = 22
const UTF8_NAMES = 0x0800
/** 1 January 1980, the first day of the format: files then depend on their contents only. */
const DATE = 0x0021

/**
 * Writes a zip of stored entries, each starting on a multiple of `align` bytes so that torch can map it.
 * The padding sits in an extra field, as torch writes it ("FB").
 */
export function writeZip(entries: readonly ZipContents[], align: number): Uint8Array {
  let end = 0
  const placed = entries.map(({ name, contents }) => {
    const encoded = encodeUtf8(name)
    const start = end
    const bare = start + LOCAL_HEADER + encoded.length + 4 // 4: the extra field's own header
    const padding = (align - (bare % align)) % align
    end = bare + padding + contents.length
    return { name: encoded, contents, start, padding, crc: crc32(contents) }
  })
  const directory = placed.reduce((size, { name }) => size + CENTRAL_HEADER + name.length, 0)
  invariant(end + directory + END_RECORD < 2 ** 32 && placed.length < 65535, 'a checkpoint needs no zip64')

  const bytes = new Uint8Array(end + directory + END_RECORD)
  const view = new DataView(bytes.buffer)
  let at = end
  for (const entry of placed) {
    writeLocal(bytes, view, entry)
    at = writeCentral(bytes, view, { ...entry, at })
  }
  view.setUint32(at, 0x06054b50, true)
  view.setUint16(at + 8, placed.length, true)
  view.setUint16(at + 10, placed.length, true)
  view.setUint32(at + 12, directory, true)
  view.setUint32(at + 16, end, true)
  return bytes
}

interface Placed {
  readonly name: Uint8Array
  readonly contents: Uint8Array
  readonly start: number
  readonly padding: number
  readonly crc: number
}

function writeLocal(bytes: Uint8Array, view: DataView, entry: Placed): void {
  const { name, contents, start, padding } = entry
  view.setUint32(start, 0x04034b50, true)
  writeFields(view, start + 4, entry)
  view.setUint16(start + 28, 4 + padding, true)
  bytes.set(name, start + LOCAL_HEADER)
  const extra = start + LOCAL_HEADER + name.length
  view.setUint16(extra, 0x4246, true)
  view.setUint16(extra + 2, padding, true)
  bytes.fill(0x5a, extra + 4, extra + 4 + padding)
  bytes.set(contents, extra + 4 + padding)
}

function writeCentral(bytes: Uint8Array, view: DataView, entry: Placed & { at: number }): number {
  const { at, name, start } = entry
  view.setUint32(at, 0x02014b50, true)
  writeFields(view, at + 6, entry)
  view.setUint32(at + 42, start, true)
  bytes.set(name, at + CENTRAL_HEADER)
  return at + CENTRAL_HEADER + name.length
}

/** Version to name length: the same 24 bytes in both headers. */
function writeFields(view: DataView, at: number, { name, contents, crc }: Placed): void {
  view.setUint16(at, 20, true)
  view.setUint16(at + 2, UTF8_NAMES, true)
  view.setUint16(at + 8, DATE, true)
  view.setUint32(at + 10, crc, true)
  view.setUint32(at + 14, contents.length, true)
  view.setUint32(at + 18, contents.length, true)
  view.setUint16(at + 22, name.length, true)
}
