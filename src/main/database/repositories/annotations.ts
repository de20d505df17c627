import type { Database } from 'better-sqlite3'
import type { Annotation, AnnotationDraft } from '../../../shared/domain/annotation'
import type { Box } from '../../../shared/domain/prompt'
import { Prompt } from '../../../shared/domain/prompt'
import { runBytes, runsOf } from '../run-bytes'

/** An annotation to store, with what follows from its runs. */
export interface MeasuredDraft extends AnnotationDraft {
  readonly box: Box | null
  readonly areaPx: number
}

/** An annotation with the slice that it lies on. */
export interface PlacedAnnotation extends Annotation {
  readonly sliceId: number
}

export interface AnnotationsRepository {
  ofSlice(sliceId: number): Annotation[]
  /** Slices with an accepted one: to be read one after the other, so that a large project fits in memory */
  slicesWithAccepted(): number[]
  get(id: number): PlacedAnnotation | null
  slicesWithLabel(labelId: number): number[]
  /** A new one, or in place of the one with its id. @returns its id */
  put(sliceId: number, draft: MeasuredDraft): number
  remove(id: number): void
  removeLabel(labelId: number): void
}

interface Row {
  readonly id: number
  readonly slice_id: number
  readonly label_id: number
  readonly runs: Uint8Array
  readonly status: Annotation['status']
  readonly origin: Annotation['origin']
  readonly predicted_iou: number | null
  readonly model: string | null
  readonly x0: number | null
  readonly y0: number | null
  readonly x1: number | null
  readonly y1: number | null
  readonly area_px: number
  readonly prompt: string | null
}

const select = 'SELECT annotations.*, prompt FROM annotations LEFT JOIN prompts ON annotation_id = id'

const insertText = `
  INSERT INTO annotations (id, slice_id, label_id, runs, status, origin, predicted_iou, model,
                           x0, y0, x1, y1, area_px, created_at, updated_at)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    label_id = excluded.label_id, runs = excluded.runs, status = excluded.status, origin = excluded.origin,
    predicted_iou = excluded.predicted_iou, model = excluded.model, x0 = excluded.x0, y0 = excluded.y0,
    x1 = excluded.x1, y1 = excluded.y1, area_px = excluded.area_px, updated_at = excluded.updated_at`

export function createAnnotationsRepository(db: Database): AnnotationsRepository {
  const bySlice = db.prepare<[number], Row>(`${select} WHERE slice_id = ? ORDER BY id`)
  const withAccepted = db
    .prepare<[], number>(
      `SELECT DISTINCT slice_id FROM annotations WHERE status = 'accepted' ORDER BY slice_id`,
    )
    .pluck()
  const byId = db.prepare<[number], Row>(`${select} WHERE id = ?`)
  const withLabel = db
    .prepare<[number], number>(
      'SELECT DISTINCT slice_id FROM annotations WHERE label_id = ? ORDER BY slice_id',
    )
    .pluck()
  const insert = db.prepare(insertText)
  const putPrompt = db.prepare<[number, string]>(
    `INSERT INTO prompts (annotation_id, prompt) VALUES (?, ?)
     ON CONFLICT (annotation_id) DO UPDATE SET prompt = excluded.prompt`,
  )
  const removePrompt = db.prepare<[number]>('DELETE FROM prompts WHERE annotation_id = ?')
  const remove = db.prepare<[number]>('DELETE FROM annotations WHERE id = ?')
  const removeLabel = db.prepare<[number]>('DELETE FROM annotations WHERE label_id = ?')
  return {
    ofSlice: sliceId => bySlice.all(sliceId).map(annotationOf),
    slicesWithAccepted: () => withAccepted.all(),
    get: id => {
      const row = byId.get(id)
      return row ? placedOf(row) : null
    },
    slicesWithLabel: labelId => withLabel.all(labelId),
    put: (sliceId, { prompt, ...draft }) => {
      const now = new Date().toISOString()
      const { box } = draft
      const what = [draft.labelId, runBytes(draft.runs), draft.status, draft.origin, draft.predictedIou]
      const place = [box?.x0 ?? null, box?.y0 ?? null, box?.x1 ?? null, box?.y1 ?? null, draft.areaPx]
      const { lastInsertRowid } = insert.run(draft.id, sliceId, ...what, draft.model, ...place, now, now)
      const id = draft.id ?? Number(lastInsertRowid)
      if (prompt) putPrompt.run(id, JSON.stringify(prompt))
      else removePrompt.run(id)
      return id
    },
    remove: id => void remove.run(id),
    removeLabel: labelId => void removeLabel.run(labelId),
  }
}

const placedOf = (row: Row): PlacedAnnotation => ({ ...annotationOf(row), sliceId: row.slice_id })

function annotationOf(row: Row): Annotation {
  const { x0, y0, x1, y1 } = row
  return {
    id: row.id,
    labelId: row.label_id,
    runs: runsOf(row.runs),
    status: row.status,
    origin: row.origin,
    prompt: row.prompt === null ? null : Prompt.parse(JSON.parse(row.prompt)),
    predictedIou: row.predicted_iou,
    model: row.model,
    box: x0 === null || y0 === null || x1 === null || y1 === null ? null : { x0, y0, x1, y1 },
    areaPx: row.area_px,
  }
}
