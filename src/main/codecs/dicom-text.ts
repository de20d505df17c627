import type { DataSet } from 'dicom-parser'

/** Names of encodings by the defined terms of PS3.3 C.12.1.1.2; what is not here is read as ASCII and its supersets. */
const encodings: Readonly<Record<string, string>> = {
  'ISO_IR 192': 'utf-8',
  GB18030: 'gb18030',
  GBK: 'gbk',
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 148': 'windows-1254',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 13': 'shift_jis',
  'ISO 2022 IR 87': 'iso-2022-jp',
  'ISO 2022 IR 149': 'euc-kr',
  'ISO 2022 IR 58': 'gb18030',
}

/**
 * A text in the character set that the file names.
 *
 * @returns '' where there is none
 */
export function textOf(data: DataSet, tag: string): string {
  const element = data.elements[tag]
  if (!element || element.length <= 0) return ''
  const bytes = data.byteArray.subarray(element.dataOffset, element.dataOffset + element.length)
  const terms = (data.string('x00080005') ?? '').split('\\').map(term => term.trim())
  const encoding = terms.map(term => encodings[term]).find(name => name !== undefined) ?? 'windows-1252'
  return new TextDecoder(encoding).decode(bytes).replaceAll('\0', '').trim()
}
