import type { Database } from 'better-sqlite3'

export type PredictionState = 'open' | 'accepted' | 'edited' | 'rejected'

/** What a model made of a slice by itself, and what a person said to it. Its objects are annotations. */
export interface StoredPrediction {
  readonly sliceId: number
  /** ID of the model, as `ModelVersion.id` */
  readonly model: string
  readonly state: PredictionState
  readonly objects: number
  readonly probablyEmpty: boolean
  /** In [0, 1]; null where nothing could be judged */
  readonly uncertainty: number | null
  readonly predictedIou: number | null
  readonly stability: number | null
  readonly agreement: number | null
  /** Time that a person spent until the decision; null before it */
  readonly spentMs: number | null
}

export type NewPrediction = Omit<StoredPrediction, 'state' | 'spentMs'>

export interface PredictionsRepository {
  /** In the order of the slices */
  list(): StoredPrediction[]
  get(sliceId: number): StoredPrediction | null
  /** An open one, in place of any before */
  put(prediction: NewPrediction): void
  decide(sliceId: number, state: Exclude<PredictionState, 'open'>, spentMs: number): void
}

interface Row extends Omit<StoredPrediction, 'probablyEmpty'> {
  readonly probablyEmpty: number
}

const columns = `slice_id AS sliceId, model, state, objects, probably_empty AS probablyEmpty, uncertainty,
  predicted_iou AS predictedIou, stability, agreement, spent_ms AS spentMs`

export function createPredictionsRepository(db: Database): PredictionsRepository {
  const all = db.prepare<[], Row>(`SELECT ${columns} FROM predictions ORDER BY slice_id`)
  const one = db.prepare<[number], Row>(`SELECT ${columns} FROM predictions WHERE slice_id = ?`)
  const put = db.prepare(
    `INSERT OR REPLACE INTO predictions (slice_id, model, state, objects, probably_empty, uncertainty,
       predicted_iou, stability, agreement, predicted_at, decided_at, spent_ms)
     VALUES (?, ?, 'open', ?, ?, ?, ?, ?, ?, ?, NULL, NULL)`,
  )
  const decide = db.prepare<[string, string, number, number]>(
    'UPDATE predictions SET state = ?, decided_at = ?, spent_ms = ? WHERE slice_id = ?',
  )
  return {
    list: () => all.all().map(predictionOf),
    get: sliceId => {
      const row = one.get(sliceId)
      return row ? predictionOf(row) : null
    },
    put: ({ sliceId, model, objects, probablyEmpty, ...figures }) => {
      const { uncertainty, predictedIou, stability, agreement } = figures
      const what = [sliceId, model, objects, Number(probablyEmpty)]
      put.run(...what, uncertainty, predictedIou, stability, agreement, new Date().toISOString())
    },
    decide: (sliceId, state, spentMs) => void decide.run(state, new Date().toISOString(), spentMs, sliceId),
  }
}

const predictionOf = (row: Row): StoredPrediction => ({ ...row, probablyEmpty: row.probablyEmpty === 1 })
