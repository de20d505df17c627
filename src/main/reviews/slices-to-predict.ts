import type { SliceSummary } from '../../shared/domain/slice'
import type { ProjectStore, StoredPrediction } from '../database/project-store'

/**
 * The slices that nobody has done and this model has not predicted, in the order of the lists. What a person has drawn
 * or begun on a slice is left alone; what an older model predicted and nobody accepted is predicted anew.
 *
 * @param model - as `ModelVersion.id`
 */
export function slicesToPredict(store: ProjectStore, model: string): SliceSummary[] {
  const predictions = new Map(store.predictions.list().map(prediction => [prediction.sliceId, prediction]))
  return store.slices.summaries().filter(slice => isToPredict(slice, predictions.get(slice.id), model))
}

/** Whether a slice is one of them still: a person may have begun it meanwhile. */
export function isStillToPredict(store: ProjectStore, sliceId: number, model: string): boolean {
  const slice = store.slices.summary(sliceId)
  return slice !== null && isToPredict(slice, store.predictions.get(sliceId) ?? undefined, model)
}

function isToPredict(
  { state, objects, proposals }: SliceSummary,
  prediction: StoredPrediction | undefined,
  model: string,
): boolean {
  const isOthers = prediction !== undefined && prediction.model !== model
  if (state === 'rejected') return isOthers && prediction.state === 'rejected'
  if (state !== 'to-do' && state !== 'in-progress') return false
  if (prediction === undefined) return objects === 0 && proposals === 0
  return isOthers && prediction.state === 'open' && objects === 0
}
