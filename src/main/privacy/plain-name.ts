import { stemOf } from '../codecs'
import { readDataSet, tags } from '../codecs/dicom-data-set'
import { plainNameOf } from '../codecs/dicom-head'

/** Shorter words (initials, "MR") say too little, and are in many names. */
const shortestWord = 3

const uidTags: readonly string[] = [tags.studyUid, tags.seriesUid, tags.sopInstance]

/**
 * What a DICOM file is called in a project: its own name, unless the name or number of a person, or a UID, is part of it.
 *
 * @param bytes - of a file that could be read
 * @param digest - of the bytes, hexadecimal; part of the other name
 */
export function plainName(bytes: Uint8Array, file: string, digest: string): string {
  const data = readDataSet(bytes, file)
  const own = stemOf(file)
  const plain = simplified(own)
  const isNamed = Object.entries(data.elements).some(([tag, { vr }]) => {
    const isUid = uidTags.includes(tag)
    if (!isUid && vr !== 'PN' && !tag.startsWith('x0010')) return false
    const text = data.string(tag) ?? ''
    return (isUid ? [text] : text.split(/[\^=\\\s,]+/)).some(word => {
      const simple = simplified(word)
      return simple.length >= shortestWord && plain.includes(simple)
    })
  })
  return isNamed ? `${plainNameOf(data)}-${digest.slice(0, 8)}` : own
}

/** Letters and digits, without case and marks. */
const simplified = (text: string): string =>
  text
    .normalize('NFKD')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]/gu, '')
