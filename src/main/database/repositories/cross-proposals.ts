import type { Database } from 'better-sqlite3'
import type { CrossPlane } from '../../../shared/domain/cross-plane'
import type { Annotation, AnnotationDraft } from '../../../shared/domain/annotation'
import { Prompt } from '../../../shared/domain/prompt'
import { runBytes, runsOf } from '../run-bytes'

export type CrossProposalDraft = Omit<AnnotationDraft, 'status'>
export type CrossProposal = Omit<Annotation, 'status' | 'box' | 'areaPx'>

/** What a model drew on planes across the slices, and nobody has accepted. */
export interface CrossProposalsRepository {
  ofPlane(plane: CrossPlane): CrossProposal[]
  get(id: number): { readonly plane: CrossPlane; readonly labelId: number } | null
  /** A new one, or in place of the one with its id. @returns its id */
  put(plane: CrossPlane, draft: CrossProposalDraft): number
  remove(id: number): void
}

interface Row {
  readonly id: number
  readonly series_id: number
  readonly axis: CrossPlane['axis']
  readonly plane: number
  readonly label_id: number
  readonly runs: Uint8Array
  readonly origin: Annotation['origin']
  readonly predicted_iou: number | null
  readonly model: string | null
  readonly prompt: string | null
}

const insertText = `
  INSERT INTO cross_proposals (id, series_id, axis, plane, label_id, runs, origin, predicted_iou, model, prompt)
  VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
  ON CONFLICT (id) DO UPDATE SET
    label_id = excluded.label_id, runs = excluded.runs, origin = excluded.origin,
    predicted_iou = excluded.predicted_iou, model = excluded.model, prompt = excluded.prompt`

export function createCrossProposalsRepository(db: Database): CrossProposalsRepository {
  const ofPlane = db.prepare<[number, number, number], Row>(
    'SELECT * FROM cross_proposals WHERE series_id = ? AND axis = ? AND plane = ? ORDER BY id',
  )
  const byId = db.prepare<[number], Row>('SELECT * FROM cross_proposals WHERE id = ?')
  const insert = db.prepare(insertText)
  const remove = db.prepare<[number]>('DELETE FROM cross_proposals WHERE id = ?')
  return {
    ofPlane: ({ seriesId, axis, index }) => ofPlane.all(seriesId, axis, index).map(proposalOf),
    get: id => {
      const row = byId.get(id)
      if (!row) return null
      return { plane: { seriesId: row.series_id, axis: row.axis, index: row.plane }, labelId: row.label_id }
    },
    put: ({ seriesId, axis, index }, { id, labelId, runs, origin, predictedIou, model, prompt }) => {
      const asked = prompt === null ? null : JSON.stringify(prompt)
      const what = [labelId, runBytes(runs), origin, predictedIou, model, asked]
      const { lastInsertRowid } = insert.run(id, seriesId, axis, index, ...what)
      return id ?? Number(lastInsertRowid)
    },
    remove: id => void remove.run(id),
  }
}

function proposalOf(row: Row): CrossProposal {
  return {
    id: row.id,
    labelId: row.label_id,
    runs: runsOf(row.runs),
    origin: row.origin,
    predictedIou: row.predicted_iou,
    model: row.model,
    prompt: row.prompt === null ? null : Prompt.parse(JSON.parse(row.prompt)),
  }
}
