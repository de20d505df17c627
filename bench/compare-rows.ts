import type { Column, ReportRow } from './report'
import { emptyRow } from './report'
import type { RowPlan } from './rows'

const compared = ['ours', 'torchSdpa', 'torchReference'] as const satisfies readonly Column[]

/** Seconds a sample of a quick epoch, and how many times less that is than a sample of a full step. */
export function compareRows(
  { name, quick, full }: Extract<RowPlan, { kind: 'compared' }>,
  rows: readonly ReportRow[],
): ReportRow {
  const row = emptyRow(name)
  const timesLess: NonNullable<ReportRow['timesLess']> = {}
  for (const column of compared) {
    const quickSeconds = rows.find(other => other.name === quick.row)?.[column] ?? null
    const fullSeconds = rows.find(other => other.name === full.row)?.[column] ?? null
    if (quickSeconds === null || fullSeconds === null) {
      row.reasons[column] = `${quickSeconds === null ? quick.row : full.row} has no figure`
      continue
    }
    row[column] = quickSeconds / quick.samples
    timesLess[column] = fullSeconds / full.samples / (quickSeconds / quick.samples)
  }
  return { ...row, timesLess }
}
