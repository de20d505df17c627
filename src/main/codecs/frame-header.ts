/** What a compressed picture says about itself. */
export interface FrameHeader {
  readonly rows: number
  readonly columns: number
  readonly samples: number
  readonly bits: number
}

const startsOfFrame = new Set([
  ...[0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf],
  0xf7, // JPEG-LS
])

/**
 * The size in the header of a JPEG or JPEG-LS picture.
 *
 * @returns null where there is none
 * @see ITU-T T.81 B.2.2, T.87 C.2.2
 */
export function jpegHeader(bytes: Uint8Array): FrameHeader | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null
  for (let at = 2; at + 10 <= bytes.length;) {
    if (bytes[at] !== 0xff) return null
    const marker = bytes[at + 1] ?? 0
    if (marker === 0xff) at += 1
    else if (startsOfFrame.has(marker)) {
      const [bits = 0, samples = 0] = [bytes[at + 4], bytes[at + 9]]
      return { bits, rows: view.getUint16(at + 5), columns: view.getUint16(at + 7), samples }
    } else at += 2 + Math.max(2, view.getUint16(at + 2))
  }
  return null
}

/**
 * Whether every scan of a baseline or extended JPEG covers all coefficients at full precision, as it must. A decoder
 * goes on with a warning that nobody sees, and gives a picture that may be wrong.
 *
 * @see ITU-T T.81 B.2.3
 */
export function hasValidScans(bytes: Uint8Array): boolean {
  for (let at = 2; at + 4 <= bytes.length && bytes[at] === 0xff;) {
    const [marker = 0, length] = [bytes[at + 1], ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)]
    // Progressive and lossless JPEG have other scans.
    if (startsOfFrame.has(marker) && marker > 0xc1) return true
    if (marker === 0xda) {
      const [first, last, precision] = bytes.subarray(at + 2 + length - 3, at + 2 + length)
      return first === 0 && last === 63 && precision === 0
    }
    at += 2 + Math.max(2, length)
  }
  return false
}

/**
 * The size in the header of a JPEG 2000 code stream, in a file or bare.
 *
 * @returns null where there is none
 * @see ITU-T T.800 A.5.1
 */
export function jpeg2000Header(bytes: Uint8Array): FrameHeader | null {
  const start = codeStream(bytes)
  if (start < 0 || start + 45 > bytes.length) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.byteLength - start)
  const samples = view.getUint16(40)
  return {
    columns: view.getUint32(8) - view.getUint32(16),
    rows: view.getUint32(12) - view.getUint32(20),
    samples,
    bits: (view.getUint8(42) & 0x7f) + 1,
  }
}

/** SOC is followed by SIZ at once; boxes may come before them. */
function codeStream(bytes: Uint8Array): number {
  const wanted = [0xff, 0x4f, 0xff, 0x51]
  const last = Math.min(bytes.length - 4, 65_536)
  for (let at = 0; at <= last; at++) if (wanted.every((byte, index) => bytes[at + index] === byte)) return at
  return -1
}
