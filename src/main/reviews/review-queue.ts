import type * as z from 'zod'
import type { ReviewCounts, ReviewItem, ReviewQueue } from '../../shared/contract/review'
import { AppError } from '../../shared/errors'
import type { ProjectStore, StoredPrediction } from '../database/project-store'
import { levelOf } from './uncertainty'

/** Everything that a model has predicted in a project, and how far people are with it. */
export function reviewQueue(store: ProjectStore): ReviewQueue {
  const predictions = store.predictions.list()
  return { items: predictions.map(itemOf), counts: countsOf(predictions) }
}

/** @throws AppError NO_SUCH_ITEM where nothing was predicted on the slice */
export function reviewItem(store: ProjectStore, sliceId: number): ReviewItem {
  const prediction = store.predictions.get(sliceId)
  if (!prediction) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(sliceId) })
  return itemOf(prediction)
}

function itemOf({ sliceId, spentMs: _, ...prediction }: StoredPrediction): ReviewItem {
  return { ...prediction, slice: sliceId, level: levelOf(prediction.uncertainty) }
}

function countsOf(predictions: readonly StoredPrediction[]): z.infer<typeof ReviewCounts> {
  const count = (state: StoredPrediction['state']): number =>
    predictions.filter(prediction => prediction.state === state).length
  const spent = predictions.flatMap(({ state, spentMs }) => (state === 'open' ? [] : (spentMs ?? [])))
  return {
    accepted: count('accepted'),
    edited: count('edited'),
    rejected: count('rejected'),
    open: count('open'),
    secondsPerSlice: spent.length === 0 ? null : spent.reduce((sum, ms) => sum + ms, 0) / spent.length / 1000,
  }
}
