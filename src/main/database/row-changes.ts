import type { Database } from 'better-sqlite3'
import * as z from 'zod'

/** A value of a row as JSON: blobs as base64. */
const StoredValue = z.union([z.string(), z.number(), z.null(), z.object({ base64: z.string() })])
const StoredRow = z.record(z.string(), StoredValue)
type StoredRow = z.infer<typeof StoredRow>

const tableNames = [
  'label_classes',
  'slices',
  'annotations',
  'prompts',
  'predictions',
  'cross_proposals',
] as const
type TableName = (typeof tableNames)[number]

/** One row as it was before and after an action; null where there was none. */
export const RowChange = z.object({
  table: z.enum(tableNames),
  key: z.int(),
  before: StoredRow.nullable(),
  after: StoredRow.nullable(),
})
export type RowChange = z.infer<typeof RowChange>

interface TableRule {
  readonly key: string
  /** Of the given slices, whose ids are a JSON array */
  readonly select: string
  /** Columns that an existing row keeps: what is seen is no part of what was done */
  readonly kept: readonly string[]
}

const among = 'IN (SELECT value FROM json_each(@ids))'

/** What an action can change, and undo must bring back. Time that was spent and revisions only ever go up. */
const rules: Readonly<Record<TableName, TableRule>> = {
  label_classes: {
    key: 'id',
    select: 'SELECT * FROM label_classes WHERE @ids IS NOT NULL',
    kept: ['is_hidden', 'is_locked', 'opacity'],
  },
  slices: {
    key: 'id',
    select: `SELECT id, state, state_by, state_at, window_centre, window_width FROM slices WHERE id ${among}`,
    kept: [],
  },
  annotations: { key: 'id', select: `SELECT * FROM annotations WHERE slice_id ${among}`, kept: [] },
  prompts: {
    key: 'annotation_id',
    select: `SELECT prompts.* FROM prompts JOIN annotations ON id = annotation_id WHERE slice_id ${among}`,
    kept: [],
  },
  predictions: { key: 'slice_id', select: `SELECT * FROM predictions WHERE slice_id ${among}`, kept: [] },
  cross_proposals: {
    key: 'id',
    select: `SELECT * FROM cross_proposals
             WHERE series_id IN (SELECT series_id FROM slices WHERE id ${among} AND plane IS NOT NULL)`,
    kept: [],
  },
}

/** Rows of the given slices, and all label classes, by table and key. */
export type RowSnapshot = ReadonlyMap<TableName, ReadonlyMap<number, StoredRow>>

export interface RowChanges {
  snapshot(sliceIds: readonly number[]): RowSnapshot
  /** @param side - what the rows are to be like afterwards. Within a transaction of the caller */
  apply(changes: readonly RowChange[], side: 'before' | 'after'): void
}

export function createRowChanges(db: Database): RowChanges {
  const selects = new Map(
    tableNames.map(table => [
      table,
      db.prepare<{ ids: string }, Record<string, unknown>>(rules[table].select),
    ]),
  )
  return {
    snapshot: sliceIds => {
      const ids = JSON.stringify(sliceIds)
      return new Map(
        tableNames.map(table => {
          const rows = selects.get(table)?.all({ ids }) ?? []
          return [table, new Map(rows.map(row => [Number(row[rules[table].key]), storedRow(row)]))]
        }),
      )
    },
    apply: (changes, side) => {
      // Rows refer to each other, and come in the order in which they were changed.
      db.pragma('defer_foreign_keys = ON')
      const ordered = side === 'after' ? changes : [...changes].reverse()
      const isLabel = ({ table }: RowChange): boolean => table === 'label_classes'
      const labels = ordered.filter(isLabel)
      for (const change of labels) if (change[side] !== null) putRow(db, change.table, change[side])
      for (const change of ordered) if (!isLabel(change)) applyChange(db, change, side)
      for (const { key } of labels.filter(change => change[side] === null)) removeUnusedLabel(db, key)
    },
  }
}

/** What is different, tables in their order. */
export function changesBetween(before: RowSnapshot, after: RowSnapshot): RowChange[] {
  return tableNames.flatMap(table => {
    const [old, now] = [before.get(table), after.get(table)]
    const keys = new Set([...(old?.keys() ?? []), ...(now?.keys() ?? [])])
    return [...keys].flatMap(key => {
      const change = { table, key, before: old?.get(key) ?? null, after: now?.get(key) ?? null }
      return JSON.stringify(change.before) === JSON.stringify(change.after) ? [] : [change]
    })
  })
}

function applyChange(db: Database, change: RowChange, side: 'before' | 'after'): void {
  const row = change[side]
  if (row !== null) putRow(db, change.table, row)
  else db.prepare(`DELETE FROM ${change.table} WHERE ${rules[change.table].key} = ?`).run(change.key)
}

/** An import may have used it since, which no undo takes back. */
function removeUnusedLabel(db: Database, id: number): void {
  db.prepare(
    'DELETE FROM label_classes WHERE id = @id AND NOT EXISTS (SELECT 1 FROM annotations WHERE label_id = @id)',
  ).run({ id })
}

/** An upsert, not a replacement: that would delete the row first, and with it what refers to it. */
function putRow(db: Database, table: TableName, row: StoredRow): void {
  const { key, kept } = rules[table]
  // Names come from a file that anybody can have edited; a later form of the table may also lack some.
  const known = new Set(
    db.prepare<[], string>(`SELECT name FROM pragma_table_info('${table}')`).pluck().all(),
  )
  const columns = Object.keys(row).filter(column => known.has(column))
  const values = columns.map(column => valueOf(row[column] ?? null))
  const changed = columns.filter(column => column !== key && !kept.includes(column))
  if (table === 'slices') {
    const assignments = changed.map(column => `${column} = ?`).join(', ')
    const given = changed.map(column => valueOf(row[column] ?? null))
    db.prepare(`UPDATE slices SET ${assignments} WHERE id = ?`).run(...given, row[key])
    return
  }
  const assignments = changed.map(column => `${column} = excluded.${column}`).join(', ')
  const marks = columns.map(() => '?').join(', ')
  db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${marks})
     ON CONFLICT (${key}) DO UPDATE SET ${assignments}`,
  ).run(...values)
}

function storedRow(row: Readonly<Record<string, unknown>>): StoredRow {
  return StoredRow.parse(
    Object.fromEntries(
      Object.entries(row).map(([column, value]) => [
        column,
        value instanceof Uint8Array ? { base64: Buffer.from(value).toString('base64') } : value,
      ]),
    ),
  )
}

function valueOf(value: z.infer<typeof StoredValue>): string | number | null | Buffer {
  return typeof value === 'object' && value !== null ? Buffer.from(value.base64, 'base64') : value
}
