import { meanOfDefined } from '../../../core/metrics'
import type { JobEvent } from '../../../shared/domain/events'
import { countOf } from '../../../shared/text/count-of'
import type { OpenedModel } from '../../models/open-model'
import type { JobContext } from '../../workers/contract'
import { isQuickToEncode } from './finder-samples'
import { fitRunFinder } from './fit-run-finder'
import { judgeFound } from './judge-found'
import type { RunCheckpoints } from './run-checkpoints'
import type { RunDescription } from './run-report'
import type { TrainingSession } from './session'
import type { TrainingData } from './training-data'
import type { Validator } from './validation'

export interface TeachingWorld {
  readonly opened: OpenedModel
  readonly data: TrainingData
  readonly session: TrainingSession
  readonly context: JobContext
  readonly checkpoints: RunCheckpoints
  readonly validator: Validator
}

/**
 * The finder learns on the embeddings of the best weights, which are those in use, and is stored with them. A run that
 * is to stop leaves this to the resumed one.
 *
 * @returns the Dice of each held-out slice with boxes that it found; empty where there is no finder
 */
export async function* teachFinder(
  { folder, preprocessing, recipe }: RunDescription,
  { data, context, session, opened, checkpoints, validator }: TeachingWorld,
): AsyncGenerator<JobEvent, readonly (number | null)[]> {
  if (!recipe.finder) return []
  const run = { folder, preprocessing, data, seed: recipe.seed, stop: context.stop, ...session }
  const isQuick = isQuickToEncode(opened.model.family, preprocessing)
  const trained = context.stop.requested ? null : yield* fitRunFinder({ ...run, isQuick })
  if (!trained) {
    if (context.stop.requested)
      yield { event: 'notice', message: 'No finder yet: it is taught when the run goes on.' }
    return []
  }
  await checkpoints.addFinder(trained)
  const scores = yield* judgeFound(trained, { ...run, embedding: slice => validator.embeddingOf(slice) })
  const mean = meanOfDefined(scores)
  if (mean !== null) {
    const cases = countOf(scores.length, 'held-out slice')
    yield {
      event: 'notice',
      message: `With boxes that it finds by itself: Dice ${mean.toFixed(3)} (${cases}).`,
    }
  }
  return scores
}
