/**
 * CRC-32 of zip files, sixteen bytes a step ("slicing"): checkpoints of 100 MB are summed on every save.
 *
 * @see Kounavis and Berry, "Novel Table Lookup-Based Algorithms for High-Performance CRC Generation", 2008
 */
const POLYNOMIAL = 0xedb88320
const SLICES = 16

const tables = makeTables()

export function crc32(bytes: Uint8Array): number {
  let crc = -1
  let at = 0
  // Words are read through an aligned view: the bytes before the first boundary go one by one.
  const lead = Math.min(bytes.length, (4 - (bytes.byteOffset & 3)) & 3)
  for (; at < lead; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 255]!
  if (bytes.length - at >= 16) {
    const words = new Int32Array(bytes.buffer, bytes.byteOffset + at, ((bytes.length - at) >>> 4) * 4)
    crc = sliced(words, crc)
    at += words.byteLength
  }
  for (; at < bytes.length; at++) crc = (crc >>> 8) ^ tables[(crc ^ bytes[at]!) & 255]!
  return ~crc >>> 0
}

/** Words in groups of four. All indices are masked or bounded: hence the `!`, here and above. */
function sliced(words: Int32Array, start: number): number {
  const t = tables
  let crc = start
  for (let i = 0; i < words.length; i += 4) {
    const a = crc ^ words[i]!
    const b = words[i + 1]!
    const c = words[i + 2]!
    const d = words[i + 3]!
    crc =
      t[3840 + (a & 255)]! ^
      t[3584 + ((a >>> 8) & 255)]! ^
      t[3328 + ((a >>> 16) & 255)]! ^
      t[3072 + (a >>> 24)]! ^
      t[2816 + (b & 255)]! ^
      t[2560 + ((b >>> 8) & 255)]! ^
      t[2304 + ((b >>> 16) & 255)]! ^
      t[2048 + (b >>> 24)]! ^
      t[1792 + (c & 255)]! ^
      t[1536 + ((c >>> 8) & 255)]! ^
      t[1280 + ((c >>> 16) & 255)]! ^
      t[1024 + (c >>> 24)]! ^
      t[768 + (d & 255)]! ^
      t[512 + ((d >>> 8) & 255)]! ^
      t[256 + ((d >>> 16) & 255)]! ^
      t[d >>> 24]!
  }
  return crc
}

/** Table s holds the sum of each byte followed by s zero bytes. */
function makeTables(): Int32Array {
  const made = new Int32Array(256 * SLICES)
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    made[byte] = crc
  }
  for (let i = 256; i < made.length; i++) {
    const shorter = made[i - 256]! // a table earlier, already made
    made[i] = (shorter >>> 8) ^ made[shorter & 255]!
  }
  return made
}
