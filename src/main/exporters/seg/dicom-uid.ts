import { createHash } from 'node:crypto'

/**
 * A UID that is the same whenever it is made from the same: `2.25.` and a UUID as a number (PS3.5 B.2), whose bits are the
 * first of the SHA-256 of the parts, with the version (8) and variant that RFC 9562 asks for.
 */
export function dicomUid(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16)
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x80, 6)
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8)
  return `2.25.${BigInt(`0x${hash.toString('hex')}`)}`
}
