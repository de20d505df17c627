import type { DataSet, Element } from 'dicom-parser'
import { patientOf } from '../codecs/dicom-geometry'
import type { WrittenElement } from './deidentification-marks'
import type { Encoding } from './dicom-elements'
import { element, elementHead, item, sequenceEnd, textValue, undefinedLength } from './dicom-elements'
import { harmlessText } from './harmless-text'
import type { ProfileOptions, Treatment } from './profile-action'
import { treatmentOf, vrOf } from './profile-action'
import type { Pseudonyms } from './pseudonyms'

export interface DeidentifyOptions extends ProfileOptions {
  readonly pseudonyms: Pseudonyms
}

/** One attribute and what became of it; never its value. */
export interface TagChange {
  /** Eight hexadecimal digits */
  readonly tag: string
  readonly treatment: Exclude<Treatment, 'clean'>
}

export interface CleanWorld extends DeidentifyOptions {
  readonly encoding: Encoding
}

interface Cleaned {
  readonly elements: readonly WrittenElement[]
  readonly changes: readonly TagChange[]
}

const patientId = '00100020'

/** The elements of a data set, but for those of the file's own head, as they are to be written. */
export function cleanDataSet(data: DataSet, world: CleanWorld): Cleaned {
  const elements: WrittenElement[] = []
  const changes: TagChange[] = []
  for (const [key, found] of Object.entries(data.elements)) {
    const tag = key.slice(1)
    if (tag.startsWith('0002') || tag.startsWith('fffe') || tag === 'fffcfffc') continue
    const cleaned = cleanElement(data, { ...found, tag }, world)
    changes.push(...cleaned.changes)
    if (cleaned.bytes) elements.push({ tag, bytes: cleaned.bytes })
  }
  elements.sort((a, b) => (a.tag < b.tag ? -1 : 1))
  return { elements, changes }
}

interface CleanedElement {
  /** null where it is gone */
  readonly bytes: Buffer | null
  readonly changes: readonly TagChange[]
}

function cleanElement(data: DataSet, found: Element, world: CleanWorld): CleanedElement {
  const { tag } = found
  const treatment = treatmentOf({ tag, vr: vrIn(found), isSequence: found.items !== undefined }, world)
  if (treatment === 'clean') return cleanSequence(found, world)
  const isDone = treatment === 'keep' && isReadable(data, found)
  const done = isDone || treatment !== 'keep' ? treatment : 'remove'
  const { encoding } = world
  const vr = found.vr ?? vrOf(tag) ?? ''
  const values = {
    keep: () => kept(data, found, encoding),
    remove: () => null,
    empty: () => element(tag, vr, new Uint8Array(), encoding),
    replace: () => element(tag, vr, replacement(data, found, vr, world), encoding),
    remap: () => element(tag, vr, remapped(data, found, world), encoding),
  } as const satisfies Record<typeof done, () => Buffer | null>
  return { bytes: values[done](), changes: [{ tag, treatment: done }] }
}

/** UN says nothing: what the standard says holds. */
const vrIn = ({ vr }: Element): string | undefined => (vr === 'UN' ? undefined : vr)

/** Of PS3.5 6.2; anything else is what some programs leave behind the pixels */
const representations = new Set(
  'AE AS AT CS DA DS DT FD FL IS LO LT OB OD OF OL OV OW PN SH SL SQ SS ST SV TM UC UI UL UN UR US UT UV'.split(
    ' ',
  ),
)

/** What nobody can look into is not kept: a sequence in the clothes of UN, a value without an end, no element at all. */
function isReadable({ byteArray }: DataSet, { vr, dataOffset, ...found }: Element): boolean {
  if (vr !== undefined && !representations.has(vr)) return false
  if (found.hadUndefinedLength === true) return found.encapsulatedPixelData === true
  const isItem = [0xfe, 0xff, 0x00, 0xe0].every((byte, index) => byteArray[dataOffset + index] === byte)
  return vr !== 'UN' || !isItem
}

function kept({ byteArray }: DataSet, found: Element, encoding: Encoding): Buffer {
  const { tag, vr = '', dataOffset, length, hadUndefinedLength } = found
  const value = byteArray.subarray(dataOffset, dataOffset + length)
  if (hadUndefinedLength !== true) return element(tag, vr, value, encoding)
  return Buffer.concat([elementHead(tag, vr, undefinedLength, encoding), value])
}

/** With known lengths, but in UN, whose items are implicit by definition (PS3.5 6.2.2). */
function cleanSequence({ tag, vr, items = [] }: Element, world: CleanWorld): CleanedElement {
  const isUnknown = vr === 'UN'
  const encoding = isUnknown ? { isExplicit: false, isLittleEndian: true } : world.encoding
  const changes: TagChange[] = []
  const written = items.map(({ dataSet }) => {
    const cleaned = dataSet ? cleanDataSet(dataSet, { ...world, encoding }) : { elements: [], changes: [] }
    changes.push(...cleaned.changes)
    return item(Buffer.concat(cleaned.elements.map(one => one.bytes)), encoding)
  })
  const content = Buffer.concat(written)
  const bytes = isUnknown
    ? Buffer.concat([elementHead(tag, 'UN', undefinedLength, world.encoding), content, sequenceEnd(encoding)])
    : element(tag, 'SQ', content, encoding)
  return { bytes, changes }
}

function textOf({ byteArray }: DataSet, { dataOffset, length }: Element): string {
  return Buffer.from(byteArray.subarray(dataOffset, dataOffset + length)).toString('latin1')
}

function remapped(data: DataSet, found: Element, { pseudonyms }: CleanWorld): Buffer {
  const uids = textOf(data, found).split('\\')
  const trimmed = uids.map(uid => uid.replaceAll('\0', '').trim())
  return textValue(trimmed.map(uid => pseudonyms.uid(uid)).join('\\'), 'UI')
}

function replacement(data: DataSet, found: Element, vr: string, { pseudonyms }: CleanWorld): Buffer {
  if (textOf(data, found).trim() === '') return Buffer.alloc(0)
  const patient = found.tag === patientId ? patientOf(data) : null
  return textValue(patient === null ? harmlessText(vr) : pseudonyms.patient(patient), vr)
}
