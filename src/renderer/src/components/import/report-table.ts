import type { ImportedItem } from '../../../../shared/contract/imports'

/** The report as CSV, a file a line; in English, because programs read it. */
export function reportTable(items: readonly ImportedItem[]): string {
  const rows = items.map(({ file, outcome, slices, notes, error }) => [
    file,
    outcome,
    String(slices),
    notes.join(' '),
    error?.code ?? '',
    error?.message ?? '',
  ])
  return [['file', 'outcome', 'slices', 'notes', 'code', 'message'], ...rows]
    .map(row => row.map(cell).join(','))
    .join('\r\n')
}

/** Quoted where needed; a leading sign would be a formula in a spreadsheet. */
function cell(text: string): string {
  const safe = /^[=+\-@\t]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
