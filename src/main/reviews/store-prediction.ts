import type { AnnotationDraft } from '../../shared/domain/annotation'
import type { ProjectStore, StoredSlice } from '../database/project-store'
import { measured } from '../projects/edit-slice'
import type { ProjectSession } from '../projects/project-session'
import { classOfValue } from './label-values'
import { isPredicted } from './is-predicted'
import { isStillToPredict } from './slices-to-predict'
import type { JudgedMask } from './uncertainty'
import { sliceFigures } from './uncertainty'

export interface PredictedSlice {
  readonly masks: readonly JudgedMask[]
  readonly probablyEmpty: boolean
  /** As `ModelVersion.id` */
  readonly model: string
}

/**
 * Stores what a model found as proposals, in place of what an older one did. A slice that a person has begun meanwhile
 * is left as it is.
 *
 * @throws AppError READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function storePrediction(session: ProjectSession, sliceId: number, predicted: PredictedSlice): void {
  const slice = session.store.slices.get(sliceId)
  if (!slice || !isStillToPredict(session.store, sliceId, predicted.model)) return
  session.write([sliceId], store => {
    for (const old of store.annotations.ofSlice(sliceId))
      if (isPredicted(old)) store.annotations.remove(old.id)
    for (const mask of predicted.masks) putProposal(store, slice, { mask, model: predicted.model })
    const { masks, probablyEmpty, model } = predicted
    const figures = sliceFigures(masks, probablyEmpty)
    store.predictions.put({ sliceId, model, objects: masks.length, probablyEmpty, ...figures })
    if (slice.state === 'rejected') store.slices.setState(sliceId, 'to-do', '')
  })
}

function putProposal(
  store: ProjectStore,
  slice: StoredSlice,
  { mask, model }: { readonly mask: JudgedMask; readonly model: string },
): void {
  const draft: AnnotationDraft = {
    id: null,
    labelId: classOfValue(store, mask.label).id,
    runs: [...mask.runs],
    status: 'proposal',
    origin: 'model',
    prompt: { box: mask.box, points: [] },
    predictedIou: mask.predictedIou,
    model,
  }
  store.annotations.put(slice.id, measured(draft, slice))
}
