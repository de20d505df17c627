import { inflateSync } from 'node:zlib'
import { AppError } from '../../shared/errors'

/** What the pixels need. Profiles and texts are left out: they may be compressed, without a limit. */
const essential = new Set(['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'])

/**
 * The same PNG with nothing but the chunks that its pixels need.
 *
 * @throws AppError CORRUPT_FILE when a chunk runs over the end of the file
 */
export function essentialPng(bytes: Uint8Array, file: string): Uint8Array {
  const kept = [
    bytes.subarray(0, 8),
    ...chunksOf(bytes, file).flatMap(({ type, whole }) => (essential.has(type) ? [whole] : [])),
  ]
  return new Uint8Array(Buffer.concat(kept))
}

/**
 * Refuses pixel data that decompresses to far more than the header declares, without ever holding it all.
 *
 * @param declared - bytes of samples that the header declares
 */
export function guardPixelData(bytes: Uint8Array, file: string, declared: number): void {
  const data = chunksOf(bytes, file).flatMap(({ type, whole }) =>
    type === 'IDAT' ? [whole.subarray(8, -4)] : [],
  )
  // Twice and a little more: each row has a filter byte, and interlacing has more rows.
  const maxOutputLength = 2 * declared + 65_536
  try {
    inflateSync(Buffer.concat(data), { maxOutputLength })
  } catch (cause) {
    // Other faults are for the decoder to find: it reads some files that zlib finds fault with.
    if (!(cause instanceof RangeError)) return
    throw new AppError(
      'CORRUPT_FILE',
      { file, reason: 'its data is much longer than its declared size' },
      { cause },
    )
  }
}

interface Chunk {
  readonly type: string
  /** Length, type, content and checksum */
  readonly whole: Uint8Array
}

function chunksOf(bytes: Uint8Array, file: string): Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const chunks: Chunk[] = []
  for (let at = 8; at < bytes.length;) {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Infinity
    if (end > bytes.length) throw new AppError('CORRUPT_FILE', { file, reason: 'its data ends too early' })
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8))
    chunks.push({ type, whole: bytes.subarray(at, end) })
    // What follows the end is no part of the picture.
    if (type === 'IEND') break
    at = end
  }
  return chunks
}
