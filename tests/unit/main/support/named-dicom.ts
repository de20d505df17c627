import { element, item, textValue } from '../../../../src/main/privacy/dicom-elements'
import type { Encoding } from '../../../../src/main/privacy/dicom-elements'

export const patientName = 'ZQXWNAME^FINNEGAN'
/** Of its parts none is anywhere else. */
export const namedWords = ['ZQXWNAME', 'FINNEGAN', 'MRN0012345', 'DRWHITBY', '19610203']

interface Slice {
  readonly isExplicit?: boolean
  /** From 0; slices lie 2 mm apart */
  readonly index?: number
  readonly modality?: string
}

const side = 4

/** A small slice of a series of a patient whose name is in every place where names may be. */
export function namedDicom({ isExplicit = true, index = 0, modality = 'CT' }: Slice = {}): Buffer {
  const encoding: Encoding = { isExplicit, isLittleEndian: true }
  const head: Encoding = { isExplicit: true, isLittleEndian: true }
  const syntax = isExplicit ? '1.2.840.10008.1.2.1' : '1.2.840.10008.1.2'
  const text = (tag: string, vr: string, value: string): Buffer =>
    element(tag, vr, textValue(value, vr), encoding)
  const number = (tag: string, value: number): Buffer => element(tag, 'US', Uint8Array.of(value, 0), encoding)
  const inner = item(
    Buffer.concat([text('00080104', 'LO', 'kept'), text('00100010', 'PN', patientName)]),
    encoding,
  )
  const hidden = Buffer.concat([
    Buffer.from([0xfe, 0xff, 0, 0xe0, 18, 0, 0, 0]),
    textValue(patientName, 'PN'),
  ])
  const meta = element('00020010', 'UI', textValue(syntax, 'UI'), head)
  const metaLength = Buffer.alloc(4)
  metaLength.writeUInt32LE(meta.length)
  return Buffer.concat([
    Buffer.from(patientName.padEnd(128)),
    Buffer.from('DICM'),
    element('00020000', 'UL', metaLength, head),
    meta,
    text('00080018', 'UI', `1.2.3.4.5.${index + 1}`),
    text('00080020', 'DA', '20200102'),
    text('00080060', 'CS', modality),
    text('00080090', 'PN', 'DRWHITBY'),
    text('0008103e', 'LO', `chest of ${patientName}`),
    text('00090010', 'LO', patientName),
    element('00091001', 'UN', textValue(patientName, 'LO'), encoding),
    text('00100010', 'PN', patientName),
    text('00100020', 'LO', 'MRN0012345'),
    text('00100030', 'DA', '19610203'),
    text('00101001', 'PN', patientName),
    text('0020000e', 'UI', modality === 'CT' ? '1.2.3.4' : '1.2.3.9'),
    text('00200011', 'IS', '7'),
    text('00200013', 'IS', `${index + 1}`),
    text('00200032', 'DS', `0\\0\\${2 * index}`),
    text('00200037', 'DS', '1\\0\\0\\0\\1\\0'),
    text('00204000', 'LT', `seen by ${patientName}`),
    number('00280002', 1),
    text('00280004', 'CS', 'MONOCHROME2'),
    ...[number('00280010', side), number('00280011', side)],
    text('00280030', 'DS', '1\\1'),
    ...[number('00280100', 8), number('00280101', 8), number('00280102', 7)],
    element('00400275', 'SQ', item(text('00321060', 'LO', patientName), encoding), encoding),
    element('0040a043', 'SQ', inner, encoding),
    element('00404030', 'UN', hidden, encoding),
    element('60003000', 'OW', textValue(patientName, 'OW'), encoding),
    element(
      '7fe00010',
      'OW',
      Uint8Array.from({ length: side * side }, (_, at) => at + index),
      encoding,
    ),
  ])
}
