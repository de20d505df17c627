import { join } from 'node:path'
import type { Engine } from '../../../core/engine'
import { finderConfig } from '../../../core/models/finder/config'
import type { FinderSample, TrainedFinder } from '../../../core/models/finder/train-finder'
import { trainFinder } from '../../../core/models/finder/train-finder'
import { LossNotFinite } from '../../../core/training/trainer'
import type { JobEvent } from '../../../shared/domain/events'
import { EmbeddingsCache } from '../../files/embeddings-cache'
import type { StopFlag } from '../../workers/stop-flag'
import type { FinderWorld } from './finder-samples'
import { finderEmbedding, finderLabels, finderPictures, finderSample } from './finder-samples'

export interface FinderRun extends Omit<FinderWorld, 'cache'> {
  readonly engine: Engine
  readonly seed: number
  /** Of the run */
  readonly folder: string
  readonly stop: StopFlag
}

/**
 * Teaches the finder on the slices that the model was tuned on, with the embeddings of the weights as they are.
 *
 * @returns null where a request to stop came first, or the embeddings cannot be learnt from, which is said
 */
export async function* fitRunFinder(run: FinderRun): AsyncGenerator<JobEvent, TrainedFinder | null> {
  const cache = new EmbeddingsCache(join(run.folder, 'finder-embeddings'))
  const world = { ...run, cache }
  try {
    const pictures = finderPictures(world)
    const labels = finderLabels(run.data.train)
    const [first] = pictures
    if (!first || labels.length === 0) return null
    const config = finderConfig((await finderEmbedding(first, world)).shape, labels.length)
    const samples: FinderSample[] = []
    for (const [index, picture] of pictures.entries()) {
      if (run.stop.requested) return null
      await finderEmbedding(picture, world)
      samples.push(await finderSample(picture, labels, config, world))
      yield {
        event: 'progress',
        stage: 'Encoding slices for the finder',
        done: index + 1,
        total: pictures.length,
      }
    }
    const fitting = trainFinder(run.engine, config, samples, {
      seed: run.seed,
      labels,
      stopRequested: () => run.stop.requested,
    })
    for (;;) {
      const next = await fitting.next()
      if (next.done === true) return next.value
      const { fit, fits, epoch, epochs } = next.value
      yield {
        event: 'progress',
        stage: 'Teaching the finder',
        done: fit * epochs + epoch,
        total: fits * epochs,
      }
    }
  } catch (error) {
    if (!(error instanceof LossNotFinite)) throw error
    // The tuned model itself is good: it was validated.
    const message =
      'No finder: teaching it came to values that are no numbers. The model needs boxes or clicks.'
    yield { event: 'notice', message }
    return null
  } finally {
    await cache.dispose()
  }
}
