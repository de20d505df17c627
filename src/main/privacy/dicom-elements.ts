/** How the elements of a data set are written (PS3.5 7.1). */
export interface Encoding {
  readonly isExplicit: boolean
  readonly isLittleEndian: boolean
}

/** Value representations whose length takes four bytes, after two that are kept free (PS3.5 7.1.2) */
const longForms = new Set(['OB', 'OD', 'OF', 'OL', 'OV', 'OW', 'SQ', 'SV', 'UC', 'UN', 'UR', 'UT', 'UV'])

export const undefinedLength = 0xffffffff

/** Tag, value representation and length. @param tag - eight hexadecimal digits */
export function elementHead(tag: string, vr: string, length: number, encoding: Encoding): Buffer {
  const { isExplicit, isLittleEndian } = encoding
  const isLong = isExplicit && longForms.has(vr)
  const head = Buffer.alloc(isLong ? 12 : 8)
  writeTag(head, tag, isLittleEndian)
  if (!isExplicit) return write32(head, length, 4, isLittleEndian)
  head.write(vr.slice(0, 2).padEnd(2), 4, 'latin1')
  if (isLong) return write32(head, length, 8, isLittleEndian)
  if (isLittleEndian) head.writeUInt16LE(length, 6)
  else head.writeUInt16BE(length, 6)
  return head
}

/** A whole element. */
export function element(tag: string, vr: string, value: Uint8Array, encoding: Encoding): Buffer {
  return Buffer.concat([elementHead(tag, vr, value.length, encoding), value])
}

/** Text as a value: of even length, UIDs filled up with a zero byte, everything else with a space. */
export function textValue(text: string, vr: string): Buffer {
  const isOdd = text.length % 2 === 1
  return Buffer.from(isOdd ? text + (vr === 'UI' ? '\0' : ' ') : text, 'latin1')
}

/** An item of a sequence, of known length. */
export function item(content: Uint8Array, encoding: Encoding): Buffer {
  return Buffer.concat([
    elementHead('fffee000', '', content.length, { ...encoding, isExplicit: false }),
    content,
  ])
}

/** What ends a sequence of unknown length. */
export const sequenceEnd = (encoding: Encoding): Buffer =>
  elementHead('fffee0dd', '', 0, { ...encoding, isExplicit: false })

function writeTag(bytes: Buffer, tag: string, isLittleEndian: boolean): void {
  const [group, number] = [Number.parseInt(tag.slice(0, 4), 16), Number.parseInt(tag.slice(4), 16)]
  if (isLittleEndian) {
    bytes.writeUInt16LE(group, 0)
    bytes.writeUInt16LE(number, 2)
  } else {
    bytes.writeUInt16BE(group, 0)
    bytes.writeUInt16BE(number, 2)
  }
}

function write32(bytes: Buffer, value: number, at: number, isLittleEndian: boolean): Buffer {
  if (isLittleEndian) bytes.writeUInt32LE(value, at)
  else bytes.writeUInt32BE(value, at)
  return bytes
}
