import { createHmac, randomBytes } from 'node:crypto'

/** Other names for patients, UIDs and files: the same for the same key, and without it nobody can try what they stand for. */
export interface Pseudonyms {
  /** @param id - of the patient, or a hash of it. @returns `patient-` and 16 hexadecimal digits */
  patient(id: string): string
  /** @returns a UID under 2.25 (PS3.5 B.2); one that the standard defines stays as it is */
  uid(uid: string): string
  /** @returns 16 hexadecimal digits */
  name(text: string): string
}

/** 32 bytes as 64 hexadecimal digits. */
export const newPseudonymKey = (): string => randomBytes(32).toString('hex')

/** UIDs below it are defined by the standard: kinds of objects, encodings, coding schemes. */
const standardRoot = '1.2.840.10008.'

/** @param key - 64 hexadecimal digits */
export function createPseudonyms(key: string): Pseudonyms {
  const secret = Buffer.from(key, 'hex')
  // What is hashed is told apart by its kind, so that equal texts of two kinds have two names.
  const hash = (kind: string, text: string): Buffer =>
    createHmac('sha256', secret).update(`${kind}\0${text}`).digest()
  const short = (kind: string, text: string): string => hash(kind, text).toString('hex').slice(0, 16)
  return {
    patient: id => `patient-${short('patient', id)}`,
    uid: uid => (uid.startsWith(standardRoot) || uid === '' ? uid : uuidRoot(hash('uid', uid))),
    name: text => short('name', text),
  }
}

/** A UUID of version 8 (RFC 9562) as a decimal number. */
function uuidRoot(hash: Buffer): string {
  const bytes = Buffer.from(hash.subarray(0, 16))
  // Both indices lie inside the 16 bytes.
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return `2.25.${BigInt(`0x${bytes.toString('hex')}`)}`
}
