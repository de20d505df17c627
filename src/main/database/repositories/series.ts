import type { Database } from 'better-sqlite3'
import type { SliceAxis } from '../../datasets'
import type { Series } from '../../../shared/domain/slice'
import type { Directions } from '../../../shared/geometry/directions'
import { parseDirections } from '../../../shared/geometry/directions'

/** A series with the place of its file. */
export interface StoredSeries extends Omit<Series, 'missing'> {
  /** Relative to the project's folder, with slashes, where it lies below it; else absolute */
  readonly path: string
  readonly isCopied: boolean
  readonly bytes: number
  readonly sha256: string
  /** Where the axes of its file lead; null for pictures, and where the file does not say */
  readonly directions: Directions | null
}

export type NewSeries = Omit<StoredSeries, 'id'>

export interface SeriesRepository {
  list(): StoredSeries[]
  get(id: number): StoredSeries | null
  byPath(path: string): StoredSeries | null
  bySha256(sha256: string): StoredSeries | null
  /** @returns its id */
  add(series: NewSeries): number
}

interface Row {
  readonly id: number
  readonly name: string
  readonly kind: Series['kind']
  readonly path: string
  readonly is_copied: number
  readonly bytes: number
  readonly sha256: string
  readonly group_name: string
  readonly axis: SliceAxis | null
  readonly planes: number
  readonly directions: string | null
}

const columns = 'id, name, kind, path, is_copied, bytes, sha256, group_name, axis, planes, directions'

export function createSeriesRepository(db: Database): SeriesRepository {
  const all = db.prepare<[], Row>(`SELECT ${columns} FROM series ORDER BY id`)
  const byId = db.prepare<[number], Row>(`SELECT ${columns} FROM series WHERE id = ?`)
  const byPath = db.prepare<[string], Row>(`SELECT ${columns} FROM series WHERE path = ?`)
  const bySha = db.prepare<[string], Row>(`SELECT ${columns} FROM series WHERE sha256 = ? LIMIT 1`)
  const insert = db.prepare(
    `INSERT INTO series (name, kind, path, is_copied, bytes, sha256, group_name, axis, planes, directions, added_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  return {
    list: () => all.all().map(seriesOf),
    get: id => optional(byId.get(id)),
    byPath: path => optional(byPath.get(path)),
    bySha256: sha256 => optional(bySha.get(sha256)),
    add: ({ name, kind, path, isCopied, bytes, sha256, group, axis, planes, directions }) =>
      Number(
        insert.run(
          name,
          kind,
          path,
          Number(isCopied),
          bytes,
          sha256,
          group,
          axis,
          planes,
          directions?.join('') ?? null,
          new Date().toISOString(),
        ).lastInsertRowid,
      ),
  }
}

const optional = (row: Row | undefined): StoredSeries | null => (row ? seriesOf(row) : null)

function seriesOf({ is_copied, group_name, directions, ...row }: Row): StoredSeries {
  return {
    ...row,
    isCopied: is_copied === 1,
    group: group_name,
    directions: parseDirections(directions),
  }
}
