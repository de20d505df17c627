import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import { readTable } from './csv'

/** Says which patient or volume a file belongs to, or null where it cannot. */
export type GroupRule = (file: string) => string | null

/**
 * The rule of `--group`: a table `filename,group`, or a regular expression for the file name whose first capture
 * (or whole match) is the group.
 *
 * @throws AppError USAGE for a broken expression or a table without rows; FILE_NOT_FOUND
 */
export async function groupRule(option: string): Promise<GroupRule> {
  if (option.trim() === '')
    throw new AppError('USAGE', {
      reason: '--group is empty: leave it out, or say how groups are told apart.',
    })
  if (option.toLowerCase().endsWith('.csv')) return tableRule(option)
  let expression: RegExp
  try {
    expression = new RegExp(option)
  } catch (cause) {
    throw new AppError('USAGE', { reason: `--group ${option} is not a regular expression.` }, { cause })
  }
  return file => {
    const match = expression.exec(stemOf(file))
    // An empty match says nothing about the group.
    return (match?.[1] ?? match?.[0]) || null
  }
}

async function tableRule(file: string): Promise<GroupRule> {
  const { columns, rows } = await readTable(file)
  const named = Math.max(
    0,
    columns.findIndex(column => /^(file[ _]?name|file|image|name)$/.test(column)),
  )
  const grouped = columns.findIndex(
    (column, index) => index !== named && /group|patient|subject|case/.test(column),
  )
  const column = grouped >= 0 ? grouped : 1
  const groups = new Map(
    rows.flatMap(row => (row[named] && row[column] ? [[stemOf(row[named]), row[column]] as const] : [])),
  )
  if (groups.size === 0) {
    throw new AppError('USAGE', {
      reason: `--group ${file} has no rows. It needs the columns filename and group.`,
    })
  }
  return image => groups.get(stemOf(image)) ?? null
}
