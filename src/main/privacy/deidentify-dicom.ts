import { deflateRawSync } from 'node:zlib'
import type { DataSet } from 'dicom-parser'
import { isDicom, readDataSet, tags } from '../codecs/dicom-data-set'
import { AppError } from '../../shared/errors'
import type { DeidentifyOptions, TagChange } from './clean-data-set'
import { cleanDataSet } from './clean-data-set'
import type { Encoding } from './dicom-elements'
import { element, textValue } from './dicom-elements'
import { deidentificationMarks } from './deidentification-marks'

export interface Deidentified {
  /** A DICOM file whose pixel data, and all that is needed to read it, are as they were */
  readonly bytes: Uint8Array
  /** Also of the items of sequences */
  readonly changes: readonly TagChange[]
}

/** In the first bytes of the file, by the standard: who wrote it (a UUID of ours) */
const implementation = '2.25.271828182845904523536028747135266249775'

const syntaxes = {
  implicit: '1.2.840.10008.1.2',
  deflated: '1.2.840.10008.1.2.1.99',
  bigEndian: '1.2.840.10008.1.2.2',
} as const

/**
 * A copy of a DICOM file without what says who the patient is, by the Basic Application Level Confidentiality Profile.
 *
 * @param file - name for error messages
 * @throws AppError CORRUPT_FILE, UNKNOWN_FORMAT
 */
export function deidentifyDicom(bytes: Uint8Array, file: string, options: DeidentifyOptions): Deidentified {
  if (!isDicom(bytes)) throw new AppError('UNKNOWN_FORMAT', { file })
  const data = readDataSet(bytes, file)
  try {
    return rewritten(data, options)
  } catch (cause) {
    // The parser reads values when they are asked for, and throws text where one leads out of the file.
    throw new AppError('CORRUPT_FILE', { file, reason: 'its DICOM elements lead out of the file' }, { cause })
  }
}

function rewritten(data: DataSet, options: DeidentifyOptions): Deidentified {
  const syntax = (data.string(tags.transferSyntax) ?? '').trim()
  const encoding: Encoding = {
    isExplicit: syntax !== syntaxes.implicit,
    isLittleEndian: syntax !== syntaxes.bigEndian,
  }
  const { elements, changes } = cleanDataSet(data, { ...options, encoding })
  const marked = [
    ...elements.filter(({ tag }) => !deidentificationMarks.tags.has(tag)),
    ...deidentificationMarks.of(options, encoding),
  ].sort((a, b) => (a.tag < b.tag ? -1 : 1))
  const body = Buffer.concat(marked.map(one => one.bytes))
  return {
    // The first 128 bytes are for whatever somebody likes to put there.
    bytes: Buffer.concat([
      Buffer.alloc(128),
      Buffer.from('DICM', 'latin1'),
      fileMeta(data, syntax, options),
      syntax === syntaxes.deflated ? evenLength(deflateRawSync(body)) : body,
    ]),
    changes,
  }
}

const evenLength = (bytes: Buffer): Buffer =>
  bytes.length % 2 === 0 ? bytes : Buffer.concat([bytes, Buffer.alloc(1)])

/** Group 0002 (PS3.10 7.1), which is always explicit and little endian. */
function fileMeta(data: DataSet, syntax: string, { pseudonyms }: DeidentifyOptions): Buffer {
  const encoding: Encoding = { isExplicit: true, isLittleEndian: true }
  const uid = (tag: string, value: string): Buffer => element(tag, 'UI', textValue(value, 'UI'), encoding)
  const text = (tag: string): string => (data.string(tag) ?? '').trim()
  const rest = Buffer.concat([
    element('00020001', 'OB', Uint8Array.of(0, 1), encoding),
    uid('00020002', text('x00020002') || text('x00080016')),
    uid('00020003', pseudonyms.uid(text('x00080018') || text('x00020003'))),
    uid('00020010', syntax),
    uid('00020012', implementation),
    element('00020013', 'SH', textValue('SLICETUNE', 'SH'), encoding),
  ])
  const length = Buffer.alloc(4)
  length.writeUInt32LE(rest.length)
  return Buffer.concat([element('00020000', 'UL', length, encoding), rest])
}
