import type { SliceSummary } from '../../shared/domain/slice'
import type { PredictEvent } from '../../shared/contract/review'
import { problemOf } from '../../shared/problem-of'
import { isAppError } from '../../shared/errors'
import type { StoredSlice } from '../database/project-store'
import type { CallOptions, FoundMask, Inference } from '../inference/inference'
import type { ProjectSession } from '../projects/project-session'
import { sliceSource } from '../projects/slice-source'
import { judgeMask } from './judge-mask'
import { storePrediction } from './store-prediction'
import { reviewItem } from './review-queue'
import type { ReviewModel } from './review-model'
import { slicesToPredict } from './slices-to-predict'

export interface PredictWorld {
  readonly session: ProjectSession
  readonly inference: Inference
  readonly model: ReviewModel
  readonly signal: AbortSignal
}

/** Predicts every slice that nobody has done, one after the other; one bad slice never stops the others. */
export async function* predictSlices(world: PredictWorld): AsyncGenerator<PredictEvent> {
  const slices = slicesToPredict(world.session.store, world.model.id)
  const counts = { predicted: 0, skipped: 0 }
  const started = performance.now()
  let before: NeighbourOf | null = null
  yield { event: 'progress', done: 0, total: slices.length, secondsLeft: null }
  for (const [index, slice] of slices.entries()) {
    if (world.signal.aborted) break
    const neighbours: readonly FoundMask[] = neighboursOf(slice, before, world)
    try {
      const objects = await predictSlice(slice, neighbours, world)
      before = { slice, objects }
      counts.predicted++
      yield { event: 'item', item: reviewItem(world.session.store, slice.id) }
    } catch (error) {
      if (isCancel(error)) break
      if (!isAppError(error) || endsAll.includes(error.code)) throw error
      counts.skipped++
      yield { event: 'skipped', slice: slice.id, ...problemOf(error) }
    }
    const done = index + 1
    const perSlice = (performance.now() - started) / 1000 / done
    yield { event: 'progress', done, total: slices.length, secondsLeft: perSlice * (slices.length - done) }
  }
  yield { event: 'report', ...counts, interrupted: world.signal.aborted }
}

/** What the next slice would meet as well. */
const endsAll = [
  'DISK_FULL',
  'NOT_SAVED',
  'READ_ONLY_PROJECT',
  'NO_FINDER',
  'WEIGHTS_NOT_FOUND',
  'BACKEND_LOST',
]

const isCancel = (error: unknown): boolean =>
  error instanceof Error && (error.name === 'AbortError' || (isAppError(error) && error.code === 'ABORTED'))

interface NeighbourOf {
  readonly slice: SliceSummary
  readonly objects: readonly FoundMask[]
}

/** Objects of the plane before, in a volume: as they were predicted just now, or as a person has accepted them. */
function neighboursOf(
  slice: SliceSummary,
  before: NeighbourOf | null,
  { session: { store } }: PredictWorld,
): readonly FoundMask[] {
  if (slice.plane === null || slice.plane === 0) return []
  if (before?.slice.seriesId === slice.seriesId && before.slice.plane === slice.plane - 1) {
    // Objects that are all alike have no names by which the next slice would know them.
    return before.objects.filter(({ label }) => label !== null)
  }
  const plane = store.slices.ofSeries(slice.seriesId).find(other => other.plane === (slice.plane ?? 0) - 1)
  return plane === undefined ? [] : acceptedMasks(store.annotations.ofSlice(plane.id))
}

function acceptedMasks(
  annotations: ReturnType<ProjectSession['store']['annotations']['ofSlice']>,
): FoundMask[] {
  return annotations.flatMap(({ status, box, labelId, runs, areaPx, predictedIou }) => {
    if (status !== 'accepted' || box === null) return []
    const figures = { predictedIou: predictedIou ?? 1, stability: null, fromNeighbour: false }
    return [{ label: labelId, box, runs, areaPx, ...figures }]
  })
}

/** @returns what was found, for the next slice */
async function predictSlice(
  { id }: SliceSummary,
  neighbours: readonly FoundMask[],
  { session, inference, model, signal }: PredictWorld,
): Promise<readonly FoundMask[]> {
  const source = sliceSource(session, id)
  const options: CallOptions = { signal, urgency: 'later' }
  const found = await inference.find(model.name, source, neighbours, options)
  const stored = session.store.slices.get(id)
  if (!stored) return []
  const slice = { source, ...sizeOf(stored), key: `${stored.seriesId}/${stored.plane ?? 0}` }
  const judges = { inference, model: model.name, base: model.base, options }
  const masks = []
  for (const mask of found.objects) masks.push(await judgeMask(mask, slice, judges))
  storePrediction(session, id, { masks, probablyEmpty: found.probablyEmpty, model: model.id })
  return found.objects
}

const sizeOf = ({ width, height }: StoredSlice): { width: number; height: number } => ({ width, height })
