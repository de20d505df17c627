import type { Database } from 'better-sqlite3'
import { VersionMetrics } from '../../../shared/domain/model-version'

/** A model that was tuned in this project. */
export interface StoredVersion {
  /** `run:<number of the run>` */
  readonly id: string
  readonly runId: number
  readonly name: string
  /** Relative to the project's folder, with slashes */
  readonly file: string
  /** ID of what it was tuned from */
  readonly base: string
  readonly preset: string
  readonly trainSlices: number
  readonly valSlices: number
  readonly metrics: VersionMetrics | null
  readonly createdAt: string
}

export type NewVersion = Omit<StoredVersion, 'id' | 'createdAt'>

/** What people said to the predictions of a model. */
export interface ReviewedCount {
  readonly model: string
  readonly accepted: number
  readonly edited: number
  readonly rejected: number
}

export interface VersionsRepository {
  /** The newest first */
  list(): StoredVersion[]
  get(id: string): StoredVersion | null
  /** One a run: one that ends anew, after it went on, replaces its first. */
  put(version: NewVersion): void
  rename(id: string, name: string): void
  remove(id: string): void
  reviewed(): ReviewedCount[]
}

interface Row {
  readonly run_id: number
  readonly name: string
  readonly file: string
  readonly base: string
  readonly preset: string
  readonly train_slices: number
  readonly val_slices: number
  readonly metrics: string | null
  readonly created_at: string
}

export function createVersionsRepository(db: Database): VersionsRepository {
  const all = db.prepare<[], Row>('SELECT * FROM model_versions ORDER BY id DESC')
  const byRun = db.prepare<[number], Row>('SELECT * FROM model_versions WHERE run_id = ?')
  const remove = db.prepare<[number]>('DELETE FROM model_versions WHERE run_id = ?')
  const rename = db.prepare<[string, number]>('UPDATE model_versions SET name = ? WHERE run_id = ?')
  const insert = db.prepare(
    `INSERT INTO model_versions (run_id, name, file, base, preset, train_slices, val_slices, metrics, created_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const reviewed = db.prepare<[], ReviewedCount>(
    `SELECT model, sum(state = 'accepted') AS accepted, sum(state = 'edited') AS edited,
            sum(state = 'rejected') AS rejected
     FROM predictions GROUP BY model`,
  )
  return {
    list: () => all.all().map(versionOf),
    get: id => {
      const row = byRun.get(runIdOf(id))
      return row ? versionOf(row) : null
    },
    put: db.transaction((version: NewVersion) => {
      const { runId, name, file, base, preset, trainSlices, valSlices, metrics } = version
      remove.run(runId)
      const figures = metrics === null ? null : JSON.stringify(metrics)
      const now = new Date().toISOString()
      insert.run(runId, name, file, base, preset, trainSlices, valSlices, figures, now)
    }),
    rename: (id, name) => void rename.run(name, runIdOf(id)),
    remove: id => void remove.run(runIdOf(id)),
    reviewed: () => reviewed.all(),
  }
}

/** NaN, which no row has, for what is no version of a project. */
const runIdOf = (id: string): number => Number(/^run:(\d{1,15})$/.exec(id)?.[1] ?? NaN)

function versionOf(row: Row): StoredVersion {
  return {
    id: `run:${row.run_id}`,
    runId: row.run_id,
    name: row.name,
    file: row.file,
    base: row.base,
    preset: row.preset,
    trainSlices: row.train_slices,
    valSlices: row.val_slices,
    metrics: row.metrics === null ? null : VersionMetrics.parse(JSON.parse(row.metrics)),
    createdAt: row.created_at,
  }
}
