import type { Rgb } from '../../shared/domain/label-palette'
import { AppError } from '../../shared/errors'
import type { ObjectLabel } from './label-source'
import { defineLabelSource } from './label-source'

/** IDX R G B A VIS MESH "LABEL" */
const line = /^\s*(\d{1,9})\s+(\d{1,3})\s+(\d{1,3})\s+(\d{1,3})\s+[\d.]+\s+[01]\s+[01]\s+"([^"]{0,1000})"\s*$/

const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8').decode(bytes)

const longest = 2 ** 22

/** ITK-SNAP's list of labels: the names and colours of the label maps that lie with it. */
export const itkSnapLabels = defineLabelSource({
  id: 'itk-snap',
  extensions: ['.txt', '.label'],
  holds: 'names',
  sniff: head => {
    const lines = textOf(head)
      .split(/\r?\n/)
      .filter(text => text.trim() !== '' && !text.startsWith('#'))
    return lines[0] !== undefined && line.test(lines[0])
  },
  read: (bytes, file) => {
    if (bytes.length > longest)
      throw new AppError('FILE_UNREADABLE', { file, reason: 'it is too long for a list of labels' })
    const names = new Map<number, ObjectLabel>()
    textOf(bytes)
      .split(/\r?\n/)
      .forEach((text, index) => {
        if (text.trim() === '' || text.startsWith('#')) return
        const [, value, red, green, blue, name] = line.exec(text) ?? []
        if (value === undefined) {
          const reason = `line ${index + 1} is no label of ITK-SNAP (number, red, green, blue, opacity, two switches, "name")`
          throw new AppError('CORRUPT_FILE', { file, reason })
        }
        const colour: Rgb = [Number(red), Number(green), Number(blue)]
        names.set(Number(value), { name: name?.trim() || null, value: Number(value), colour })
      })
    return { kind: 'names', names }
  },
})
