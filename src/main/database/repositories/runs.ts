import type { Database } from 'better-sqlite3'
import * as z from 'zod'
import type { EpochFigures, RunSample, RunState, TrainingRun } from '../../../shared/domain/training-run'
import { Verdict } from '../../../shared/domain/training-run'
import type { Preset } from '../../../shared/domain/training-options'
import { TrainingRecipe } from '../../../shared/domain/training-options'
import { runBytes, runsOf } from '../run-bytes'

/** What a run was begun with: enough to begin it again where it was cut off before its first checkpoint. */
export const RunSettings = z.object({ recipe: TrainingRecipe, allowSharedGroup: z.boolean() })
export type RunSettings = z.infer<typeof RunSettings>

export interface StoredRun extends TrainingRun {
  readonly settings: RunSettings
  /** Relative to the project's folder, with slashes */
  readonly folder: string
  /** ID of the model that is tuned */
  readonly base: string
}

export type NewRun = Pick<
  StoredRun,
  'name' | 'preset' | 'settings' | 'base' | 'plannedEpochs' | 'trainSlices' | 'valSlices' | 'startedAt'
>

/** What changes in a run while it lives. */
export type RunChange = Partial<
  Pick<
    TrainingRun,
    | 'state'
    | 'bestEpoch'
    | 'baseDice'
    | 'trainSlices'
    | 'valSlices'
    | 'seconds'
    | 'reason'
    | 'error'
    | 'verdict'
    | 'plannedEpochs'
  >
> & { readonly endedAt?: string | null }

export interface LogLine {
  readonly at: string
  readonly message: string
}

export interface RunsRepository {
  /** The newest first */
  list(): StoredRun[]
  get(id: number): StoredRun | null
  /** @param folderOf - where it works, by its id. @returns its id */
  add(run: NewRun, folderOf: (id: number) => string): number
  change(id: number, change: RunChange): void
  remove(id: number): void
  /** An epoch that was done again replaces the one before. */
  putEpoch(id: number, figures: EpochFigures): void
  putSample(id: number, sample: RunSample): void
  samples(id: number): RunSample[]
  addLog(id: number, line: LogLine): void
  log(id: number): LogLine[]
}

interface Row {
  readonly id: number
  readonly name: string
  readonly preset: Preset
  readonly recipe: string
  readonly state: RunState
  readonly folder: string
  readonly base: string
  readonly planned_epochs: number
  readonly best_epoch: number | null
  readonly base_dice: number | null
  readonly train_slices: number
  readonly val_slices: number
  readonly seconds: number
  readonly started_at: string
  readonly reason: string | null
  readonly error: string | null
  readonly verdict: string | null
  readonly version: number | null
}

interface SampleRow {
  readonly epoch: number
  readonly slice_id: number
  readonly runs: Uint8Array
  readonly dice: number | null
}

const StoredError = z.object({ code: z.string(), message: z.string() })

const select = `
  SELECT training_runs.*, (SELECT id FROM model_versions WHERE run_id = training_runs.id) AS version
  FROM training_runs`

/** Columns of what can change, and how each is written. */
const columns = {
  state: 'state',
  bestEpoch: 'best_epoch',
  baseDice: 'base_dice',
  trainSlices: 'train_slices',
  valSlices: 'val_slices',
  seconds: 'seconds',
  reason: 'reason',
  error: 'error',
  verdict: 'verdict',
  plannedEpochs: 'planned_epochs',
  endedAt: 'ended_at',
} as const satisfies Record<keyof RunChange, string>

export function createRunsRepository(db: Database): RunsRepository {
  const all = db.prepare<[], Row>(`${select} ORDER BY id DESC`)
  const byId = db.prepare<[number], Row>(`${select} WHERE id = ?`)
  const epochs = db.prepare<[number], EpochFigures>(
    `SELECT epoch, train_loss AS trainLoss, val_loss AS valLoss, val_dice AS valDice,
            learning_rate AS learningRate, seconds
     FROM epochs WHERE run_id = ? ORDER BY epoch`,
  )
  const insert = db.prepare(
    `INSERT INTO training_runs (name, preset, recipe, state, folder, base, planned_epochs, train_slices, val_slices, started_at)
     VALUES (?, ?, ?, 'running', '', ?, ?, ?, ?, ?)`,
  )
  const place = db.prepare<[string, number]>('UPDATE training_runs SET folder = ? WHERE id = ?')
  const read = (row: Row): StoredRun => runOf(row, epochs.all(row.id))
  const add = db.transaction((run: NewRun, folderOf: (id: number) => string) => {
    const { name, preset, settings, base, plannedEpochs, trainSlices, valSlices, startedAt } = run
    const what = [name, preset, JSON.stringify(settings), base, plannedEpochs, trainSlices, valSlices]
    const id = Number(insert.run(...what, startedAt).lastInsertRowid)
    place.run(folderOf(id), id)
    return id
  })
  return {
    list: () => all.all().map(read),
    get: id => {
      const row = byId.get(id)
      return row ? read(row) : null
    },
    add,
    change: (id, change) => {
      const given: [string, unknown][] = Object.entries(change)
      if (given.length === 0) return
      const names = given.map(([name]) => `${columns[name as keyof RunChange]} = ?`).join(', ')
      const values = given.map(([, value]) =>
        typeof value === 'object' && value !== null ? JSON.stringify(value) : value,
      )
      db.prepare(`UPDATE training_runs SET ${names} WHERE id = ?`).run(...values, id)
    },
    ...recordsOf(db),
  }
}

type Records = Omit<RunsRepository, 'list' | 'get' | 'add' | 'change'>

/** What a run leaves as it goes. */
function recordsOf(db: Database): Records {
  const remove = db.prepare<[number]>('DELETE FROM training_runs WHERE id = ?')
  const putEpoch = db.prepare(
    `INSERT OR REPLACE INTO epochs (run_id, epoch, train_loss, val_loss, val_dice, learning_rate, seconds)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
  )
  const putSample = db.prepare(
    'INSERT OR REPLACE INTO run_samples (run_id, epoch, slice_id, runs, dice) VALUES (?, ?, ?, ?, ?)',
  )
  const samples = db.prepare<[number], SampleRow>(
    'SELECT epoch, slice_id, runs, dice FROM run_samples WHERE run_id = ? ORDER BY epoch, slice_id',
  )
  const addLog = db.prepare<[number, string, string]>(
    'INSERT INTO run_log (run_id, at, message) VALUES (?, ?, ?)',
  )
  const log = db.prepare<[number], LogLine>('SELECT at, message FROM run_log WHERE run_id = ? ORDER BY id')
  return {
    remove: id => void remove.run(id),
    putEpoch: (id, { epoch, trainLoss, valLoss, valDice, learningRate, seconds }) => {
      putEpoch.run(id, epoch, trainLoss, valLoss, valDice, learningRate, seconds)
    },
    putSample: (id, { epoch, sliceId, runs, dice }) => {
      putSample.run(id, epoch, sliceId, runBytes(runs), dice)
    },
    samples: id =>
      samples.all(id).map(({ epoch, slice_id, runs, dice }) => ({
        epoch,
        sliceId: slice_id,
        runs: runsOf(runs),
        dice,
      })),
    addLog: (id, { at, message }) => void addLog.run(id, at, message),
    log: id => log.all(id),
  }
}

function runOf(row: Row, epochs: EpochFigures[]): StoredRun {
  return {
    id: row.id,
    name: row.name,
    preset: row.preset,
    settings: RunSettings.parse(JSON.parse(row.recipe)),
    state: row.state,
    folder: row.folder,
    base: row.base,
    epochs,
    plannedEpochs: row.planned_epochs,
    bestEpoch: row.best_epoch,
    baseDice: row.base_dice,
    trainSlices: row.train_slices,
    valSlices: row.val_slices,
    seconds: row.seconds,
    startedAt: row.started_at,
    reason: row.reason,
    error: row.error === null ? null : StoredError.parse(JSON.parse(row.error)),
    verdict: row.verdict === null ? null : Verdict.parse(JSON.parse(row.verdict)),
    version: row.version === null ? null : `run:${row.id}`,
  }
}
