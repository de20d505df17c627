import type { Database } from 'better-sqlite3'
import type { SliceState, SliceSummary } from '../../../shared/domain/slice'
import type { WindowLevel } from '../../../shared/domain/window-level'

/** A slice as it is stored, without what its pixels say. */
export interface StoredSlice {
  readonly id: number
  readonly seriesId: number
  readonly name: string
  readonly plane: number | null
  readonly width: number
  readonly height: number
  readonly spacingMm: { readonly x: number; readonly y: number } | null
  readonly state: SliceState
  readonly stateBy: string | null
  readonly stateAt: string | null
  readonly spentMs: number
  readonly window: WindowLevel | null
  readonly revision: number
}

export type NewSlice = Pick<
  StoredSlice,
  'seriesId' | 'name' | 'plane' | 'width' | 'height' | 'spacingMm' | 'state'
>

export interface SlicesRepository {
  /** In the order of the lists: series as they were added, planes within them */
  summaries(): SliceSummary[]
  summary(id: number): SliceSummary | null
  get(id: number): StoredSlice | null
  ofSeries(seriesId: number): StoredSlice[]
  counts(): Record<SliceState, number>
  /** @returns its id */
  add(slice: NewSlice): number
  setState(id: number, state: SliceState, by: string): void
  setWindow(id: number, window: WindowLevel | null): void
  addSpent(id: number, milliseconds: number): void
  /** Its picture has to be drawn anew */
  touch(id: number): void
  /** @returns the slices on which the label is used, touched */
  touchLabelled(labelId: number): number[]
}

interface Row {
  readonly id: number
  readonly series_id: number
  readonly name: string
  readonly plane: number | null
  readonly width: number
  readonly height: number
  readonly spacing_x_mm: number | null
  readonly spacing_y_mm: number | null
  readonly state: SliceState
  readonly state_by: string | null
  readonly state_at: string | null
  readonly spent_ms: number
  readonly window_centre: number | null
  readonly window_width: number | null
  readonly revision: number
}

const summary = `
  SELECT slices.id, series_id AS seriesId, name, plane, state,
         coalesce(objects, 0) AS objects, coalesce(proposals, 0) AS proposals, revision
  FROM slices LEFT JOIN (
    SELECT slice_id, sum(status = 'accepted') AS objects, sum(status = 'proposal') AS proposals
    FROM annotations GROUP BY slice_id
  ) ON slice_id = slices.id`

const oneSummary = `
  SELECT id, series_id AS seriesId, name, plane, state,
         (SELECT count(*) FROM annotations WHERE slice_id = slices.id AND status = 'accepted') AS objects,
         (SELECT count(*) FROM annotations WHERE slice_id = slices.id AND status = 'proposal') AS proposals,
         revision
  FROM slices WHERE id = ?`

const noSlices = { 'to-do': 0, 'in-progress': 0, done: 0, 'nothing-here': 0, rejected: 0 }

export function createSlicesRepository(db: Database): SlicesRepository {
  const list = db.prepare<[], SliceSummary>(`${summary} ORDER BY series_id, plane`)
  const one = db.prepare<[number], SliceSummary>(oneSummary)
  const byId = db.prepare<[number], Row>('SELECT * FROM slices WHERE id = ?')
  const bySeries = db.prepare<[number], Row>('SELECT * FROM slices WHERE series_id = ? ORDER BY plane')
  const count = db.prepare<[], { state: SliceState; n: number }>(
    'SELECT state, count(*) AS n FROM slices GROUP BY state',
  )
  const insert = db.prepare(
    `INSERT INTO slices (series_id, name, plane, width, height, spacing_x_mm, spacing_y_mm, state)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const state = db.prepare<[SliceState, string, string, number]>(
    'UPDATE slices SET state = ?, state_by = ?, state_at = ? WHERE id = ?',
  )
  const window = db.prepare<[number | null, number | null, number]>(
    'UPDATE slices SET window_centre = ?, window_width = ? WHERE id = ?',
  )
  const spent = db.prepare<[number, number]>('UPDATE slices SET spent_ms = spent_ms + ? WHERE id = ?')
  const touch = db.prepare<[number]>('UPDATE slices SET revision = revision + 1 WHERE id = ?')
  const touchLabelled = db
    .prepare<[number], number>(
      `UPDATE slices SET revision = revision + 1
       WHERE id IN (SELECT slice_id FROM annotations WHERE label_id = ?) RETURNING id`,
    )
    .pluck()
  return {
    summaries: () => list.all(),
    summary: id => one.get(id) ?? null,
    get: id => {
      const row = byId.get(id)
      return row ? sliceOf(row) : null
    },
    ofSeries: id => bySeries.all(id).map(sliceOf),
    counts: () => ({ ...noSlices, ...Object.fromEntries(count.all().map(row => [row.state, row.n])) }),
    add: ({ seriesId, name, plane, width, height, spacingMm, state: first }) => {
      const [x, y] = [spacingMm?.x ?? null, spacingMm?.y ?? null]
      return Number(insert.run(seriesId, name, plane, width, height, x, y, first).lastInsertRowid)
    },
    setState: (id, to, by) => void state.run(to, by, new Date().toISOString(), id),
    setWindow: (id, to) => void window.run(to?.centre ?? null, to?.width ?? null, id),
    addSpent: (id, milliseconds) => void spent.run(milliseconds, id),
    touch: id => void touch.run(id),
    touchLabelled: labelId => touchLabelled.all(labelId),
  }
}

function sliceOf(row: Row): StoredSlice {
  const { spacing_x_mm: x, spacing_y_mm: y, window_centre: centre, window_width: width } = row
  return {
    id: row.id,
    seriesId: row.series_id,
    name: row.name,
    plane: row.plane,
    width: row.width,
    height: row.height,
    spacingMm: x === null || y === null ? null : { x, y },
    state: row.state,
    stateBy: row.state_by,
    stateAt: row.state_at,
    spentMs: row.spent_ms,
    window: centre === null || width === null ? null : { centre, width },
    revision: row.revision,
  }
}
