/** A strip or tile that decompresses to more than this is refused. */
const mostBytes = 2 ** 28

const [clear, end, firstFree, longest] = [256, 257, 258, 4096]

/**
 * TIFF's LZW (TIFF 6.0, section 13): codes of 9 to 12 bits, the highest bit first. geotiff's own goes on for ever in
 * some damaged data, and gives what it has where data ends too early.
 *
 * @throws RangeError for data that makes no sense or ends without its end code
 */
export function decodeLzw(buffer: ArrayBuffer): ArrayBuffer {
  const bytes = new Uint8Array(buffer)
  const prefix = new Uint16Array(longest)
  const suffix = Uint8Array.from({ length: longest }, (_, code) => code & 255)
  const length = new Uint16Array(longest).fill(1)
  let out = new Uint8Array(Math.max(1024, bytes.length * 4))
  let [size, bit, width, next, before] = [0, 0, 9, firstFree, -1]
  const read = (): number => {
    if (bit + width > bytes.length * 8) return end
    const at = bit >> 3
    const word = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0)
    const code = (word >> (24 - width - (bit & 7))) & ((1 << width) - 1)
    bit += width
    return code
  }
  for (let code = read(); code !== end; code = read()) {
    if (code === clear) {
      ;[width, next, before] = [9, firstFree, -1]
      continue
    }
    refuseUnknown(code, next, before)
    const isNew = code === next
    const source = isNew ? before : code
    const run = length[source]! + Number(isNew)
    out = roomFor(out, size + run)
    // A string is written from its end, along its prefixes: all indices are codes, and the run was made room for.
    let from = source
    for (let to = size + length[source]! - 1; to >= size; to--) {
      out[to] = suffix[from]!
      from = prefix[from]!
    }
    if (isNew) out[size + run - 1] = out[size]!
    if (before >= 0 && next < longest) {
      prefix[next] = before
      suffix[next] = out[size]!
      length[next] = length[before]! + 1
      next++
    }
    size += run
    before = code
    // One code early, as TIFF has it.
    if (next >= (1 << width) - 1 && width < 12) width++
  }
  return out.buffer.slice(0, size)
}

/** The newest string may be named before it is known, but not before there is any. */
function refuseUnknown(code: number, next: number, before: number): void {
  const isKnown = before < 0 ? code < clear : code <= next
  if (!isKnown) throw new RangeError('bad LZW code')
}

function roomFor(bytes: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  if (needed > mostBytes) throw new RangeError('too much LZW data')
  if (needed <= bytes.length) return bytes
  const larger = new Uint8Array(Math.max(needed, bytes.length * 2))
  larger.set(bytes)
  return larger
}
