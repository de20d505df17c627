import type { TagChange } from './clean-data-set'
import { keywordOf } from './profile-action'

/** What became of one file; names and values of the source are not in it. */
export interface FileReport {
  /** The copy, below the folder of copies, with slashes */
  readonly file: string
  /** Of the source */
  readonly sha256: string
  readonly changes: readonly TagChange[]
  readonly mayShowText: boolean
}

const treatments = ['remove', 'empty', 'replace', 'remap', 'keep'] as const
type Treatment = (typeof treatments)[number]

const said: Readonly<Record<Treatment, string>> = {
  remove: 'removed',
  empty: 'emptied',
  replace: 'replaced',
  remap: 'remapped',
  keep: 'left',
}

/** `(0010,0010)`; private attributes of one group together, because their numbers may be names. */
const tagText = (tag: string): string =>
  Number.parseInt(tag.slice(0, 4), 16) % 2 === 1
    ? `(${tag.slice(0, 4)},private)`
    : `(${tag.slice(0, 4)},${tag.slice(4)})`

function tagsOf({ changes }: FileReport, treatment: Treatment): string[] {
  return [...new Set(changes.flatMap(one => (one.treatment === treatment ? tagText(one.tag) : [])))].sort()
}

interface AttributeCounts {
  readonly tag: string
  /** Of PS3.6; null where the profile does not name it */
  readonly keyword: string | null
  readonly times: Partial<Record<string, number>>
}

/** The report as JSON: each file, and each attribute over all files. */
export function reportJson(files: readonly FileReport[], profile: string): string {
  const counts = new Map<string, AttributeCounts>()
  for (const { changes } of files) {
    for (const { tag, treatment } of changes) {
      const text = tagText(tag)
      const row = counts.get(text) ?? { tag: text, keyword: keywordOf(tag), times: {} }
      const word = said[treatment]
      counts.set(text, { ...row, times: { ...row.times, [word]: (row.times[word] ?? 0) + 1 } })
    }
  }
  const rows = files.map(file => ({
    ...{ file: file.file, sha256: file.sha256, pixelsMayShowNames: file.mayShowText },
    ...Object.fromEntries(treatments.map(treatment => [said[treatment], tagsOf(file, treatment)])),
  }))
  const attributes = [...counts.values()].sort((a, b) => (a.tag < b.tag ? -1 : 1))
  return `${JSON.stringify({ profile, attributes, files: rows }, null, 2)}\n`
}

/** The report as CSV, a file a line. */
export function reportCsv(files: readonly FileReport[]): string {
  const head = ['file', 'sha256', 'pixels_may_show_names', ...treatments.map(treatment => said[treatment])]
  const lines = files.map(file => [
    ...[file.file, file.sha256, file.mayShowText ? 'yes' : 'no'],
    ...treatments.map(treatment => `"${tagsOf(file, treatment).join(' ')}"`),
  ])
  return [head, ...lines].map(line => `${line.join(',')}\r\n`).join('')
}
