import type { TrainOptions } from '../../../shared/commands/training'
import type { JobEvent } from '../../../shared/domain/events'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import { countOf } from '../../../shared/text/count-of'
import type { OpenedModel } from '../../models/open-model'
import type { JobContext } from '../../workers/contract'
import type { TrainingData } from './training-data'

type Workers = Pick<TrainOptions, 'workers'>

/** @throws AppError USAGE where some of the workers would never have anything to do */
export function checkWorkers({ workers }: Workers, { batchSize }: TrainingRecipe): void {
  if (workers === 1 || workers <= batchSize) return
  const fewer = batchSize > 1 ? `give --workers ${batchSize}` : 'leave out --workers'
  throw new AppError('USAGE', {
    reason: `${workers} workers cannot share steps of ${countOf(batchSize, 'slice')}: ${fewer}, or --batch-size ${workers} or more.`,
  })
}

/** Threads can share only what lies in memory made for it. */
export function shareable(opened: OpenedModel, { workers }: Workers): OpenedModel {
  if (workers === 1) return opened
  return { ...opened, model: { ...opened.model, parameters: opened.model.parameters.shared() } }
}

/** The lead waits while the workers work, so that they have all threads. */
export function threadsEach(threads: number, workers: number): number {
  return Math.max(1, Math.floor(threads / workers))
}

/** How the work is shared, and whether there is enough of it. */
export function* sharingNotice(
  { workers }: Workers,
  { train }: TrainingData,
  { threads }: Pick<JobContext, 'threads'>,
): Generator<JobEvent> {
  if (workers === 1) return
  const each = countOf(threadsEach(threads, workers), 'thread')
  yield { event: 'notice', message: `${workers} workers share each step, with ${each} each.` }
  const idle = workers - train.length
  if (idle <= 0) return
  const slices = countOf(train.length, 'training slice')
  const message = `With ${slices}, ${countOf(idle, 'worker')} of ${workers} will have nothing to do.`
  yield { event: 'notice', message }
}
