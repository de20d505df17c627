import type { Encoding } from './dicom-elements'
import { element, item, textValue } from './dicom-elements'
import type { ProfileOptions } from './profile-action'

export interface WrittenElement {
  /** Eight hexadecimal digits */
  readonly tag: string
  readonly bytes: Buffer
}

const tags = {
  identityRemoved: '00120062',
  method: '00120063',
  methodCodes: '00120064',
  datesModified: '00280303',
} as const

/** PS3.16 CID 7050 */
const codes = {
  profile: ['113100', 'Basic Application Confidentiality Profile'],
  keptDates: ['113106', 'Retain Longitudinal Temporal Information Full Dates Option'],
} as const

/** At most 64 characters */
const method = 'SliceTune: PS3.15 Basic Application Confidentiality Profile'

/** What a file says about having been cleaned (PS3.15 E.1.1, PS3.3 C.12.1.1.7). */
export const deidentificationMarks = {
  tags: new Set<string>(Object.values(tags)),
  of: ({ keepDates }: ProfileOptions, encoding: Encoding): WrittenElement[] => {
    const text = (tag: string, vr: string, value: string): WrittenElement => ({
      tag,
      bytes: element(tag, vr, textValue(value, vr), encoding),
    })
    const code = ([value, meaning]: readonly [string, string]): Buffer =>
      item(
        Buffer.concat([
          element('00080100', 'SH', textValue(value, 'SH'), encoding),
          element('00080102', 'SH', textValue('DCM', 'SH'), encoding),
          element('00080104', 'LO', textValue(meaning, 'LO'), encoding),
        ]),
        encoding,
      )
    const used = [codes.profile, ...(keepDates ? [codes.keptDates] : [])]
    const { methodCodes } = tags
    return [
      text(tags.identityRemoved, 'CS', 'YES'),
      text(tags.method, 'LO', method),
      {
        tag: methodCodes,
        bytes: element(methodCodes, 'SQ', Buffer.concat(used.map(code)), encoding),
      },
      text(tags.datesModified, 'CS', keepDates ? 'UNMODIFIED' : 'REMOVED'),
    ]
  },
} as const
