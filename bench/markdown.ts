import type { Column, Report, ReportRow } from './report'
import { columns } from './report'

const titles: Record<Column, string> = {
  ours: 'SliceTune',
  torchSdpa: 'PyTorch, SDPA',
  torchReference: 'PyTorch, reference',
  torchOnnx: 'exported ONNX',
}

const header = [
  'row',
  ...['ours', 'torchSdpa', 'torchReference', 'torchOnnx'].map(column => `${titles[column as Column]}, s`),
  'ours / SDPA',
  ...['SliceTune', 'SDPA', 'reference'].map(name => `${name}, MB`),
  'memory, ours / SDPA',
]

/** Three digits that count. */
function seconds(value: number | null | undefined): string {
  if (value === undefined) return ''
  if (value === null) return '–'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

const megabytes = (value: number | null): string => (value === null ? '–' : value.toFixed(0))

const ratio = (a: number | null, b: number | null): string =>
  a === null || b === null || b === 0 ? '–' : (a / b).toFixed(2)

function cells(row: ReportRow): string[] {
  return [
    row.name,
    seconds(row.ours),
    seconds(row.torchSdpa),
    seconds(row.torchReference),
    seconds(row.torchOnnx),
    ratio(row.ours, row.torchSdpa),
    megabytes(row.oursMb),
    megabytes(row.torchSdpaMb),
    megabytes(row.torchReferenceMb),
    ratio(row.oursMb, row.torchSdpaMb),
  ]
}

/** Why figures are missing, and how many times less a quick sample costs: what the table has no room for. */
function notes(row: ReportRow): string[] {
  const missing = new Map<string, string[]>()
  for (const column of columns) {
    const reason = row.reasons[column]
    if (reason !== undefined) missing.set(reason, [...(missing.get(reason) ?? []), titles[column]])
  }
  const reasons = [...missing].map(([reason, names]) => `- ${row.name}, ${names.join(' and ')}: ${reason}`)
  const times = columns.flatMap(column => {
    const value = row.timesLess?.[column]
    return value === undefined ? [] : [`${titles[column]} ${value.toFixed(1)}`]
  })
  if (times.length === 0) return reasons
  return [`- ${row.name}, times less a sample than a full step: ${times.join('; ')}`, ...reasons]
}

/** A report as a Markdown table, aligned as Prettier aligns it, with what is to be said beneath. */
export function markdownOf({ environment, rows }: Report): string {
  const table = [header, ...rows.map(cells)]
  const widths = header.map((_, column) => Math.max(3, ...table.map(line => line[column]?.length ?? 0)))
  const text = (line: readonly string[]): string =>
    `| ${line.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join(' | ')} |`
  const rule = `| ${widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  const [first = [], ...rest] = table
  const beneath = rows.flatMap(notes)
  const machine = Object.entries(environment).map(([name, value]) => `${name}: ${value}`)
  return [
    ...[text(first), rule, ...rest.map(text)],
    ...(beneath.length > 0 ? ['', ...beneath] : []),
    ...(machine.length > 0 ? ['', `${machine.join('; ')}.`] : []),
  ].join('\n')
}
