import type { ImportedItem } from '../../../../shared/contract/imports'
import { commonFolder, formatName, lastSeparator } from '../../composables/paths'
import { reworded } from '../../../../shared/problem-of'

/** Files of one folder, format and outcome are one row of the report: "HC/ … 46 PNG images". */
export interface ItemGroup {
  readonly key: string
  /** Below the folder that all share, with its separator; '' at the top */
  readonly folder: string
  readonly format: string
  readonly outcome: ImportedItem['outcome']
  readonly notes: ImportedItem['notes']
  readonly error: ImportedItem['error']
  readonly slices: number
  readonly files: readonly string[]
}

export function groupItems(items: readonly ImportedItem[]): readonly ItemGroup[] {
  const top = commonFolder(items.map(item => item.file))
  const groups = new Map<string, ItemGroup & { files: string[]; slices: number }>()
  for (const item of items) {
    const file = item.file.slice(top.length)
    const folder = file.slice(0, lastSeparator(file) + 1)
    const format = formatName(file)
    const key = keyOf(item, file, folder, format)
    const known = groups.get(key)
    if (known === undefined) {
      const { outcome, notes, slices } = item
      const error = item.error && reworded(item.error, text => withShortPath(text, item.file, file))
      groups.set(key, { key, folder, format, outcome, notes, error, slices, files: [file] })
    } else {
      known.files.push(file)
      known.slices += item.slices
    }
  }
  return [...groups.values()]
}

/** Absolute paths, from a place where one can begin */
const pathBefore = /(^|[\s"“(])(?:[A-Za-z]:)?[\\/][^"”]*$/

/** A sentence that names the file by its whole path, with the name that the row has. */
function withShortPath(message: string, shown: string, name: string): string {
  const at = message.indexOf(shown)
  if (at === -1) return message
  const before = message.slice(0, at).replace(pathBefore, '$1')
  return before + name + withShortPath(message.slice(at + shown.length), shown, name)
}

/** Failed files and volumes stand alone: their reasons and names differ. Files that are no images are one row. */
function keyOf(item: ImportedItem, file: string, folder: string, format: string): string {
  if (item.outcome === 'not-supported') return `${item.outcome}:${isImageFormat(format) ? format : ''}`
  if (item.outcome === 'failed' || item.slices > 1) return `${item.outcome}:${file}`
  return [item.outcome, folder, format, ...item.notes].join(':')
}

/** Pictures and volumes that others read: said by name, instead of among files that are none. */
const imageFormats = ['DCM', 'NRRD', 'NHDR', 'MHA', 'MHD', 'TIF', 'TIFF', 'JPG', 'JPEG', 'BMP', 'GIF', 'WEBP']

export function isImageFormat(format: string): boolean {
  return imageFormats.includes(format)
}

export type GroupFilter = 'all' | 'read' | 'look' | 'skipped'

/** Notes that ask for a look; the others only inform. */
const toLookAt: readonly string[] = [
  ...['unknown-orientation', 'colour', 'first-volume', 'gaps', 'duplicates', 'burned-in'],
]

export function filterOf({
  outcome,
  notes,
}: Pick<ItemGroup, 'outcome' | 'notes'>): Exclude<GroupFilter, 'all'> {
  if (outcome === 'failed' || outcome === 'not-supported') return 'skipped'
  return notes.some(note => toLookAt.includes(note)) ? 'look' : 'read'
}
