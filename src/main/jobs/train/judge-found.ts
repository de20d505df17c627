import type { Engine } from '../../../core/engine'
import { finderConfigOf } from '../../../core/models/finder/config'
import { Finder } from '../../../core/models/finder/finder'
import type { TrainedFinder } from '../../../core/models/finder/train-finder'
import type { Embedding, Segmenter } from '../../../core/models/segmenter'
import { maskOfLabel } from '../../../core/imaging/labels'
import { countOverlap, dice, meanOfDefined } from '../../../core/metrics'
import type { JobEvent } from '../../../shared/domain/events'
import { loadSlice } from '../../datasets'
import type { StopFlag } from '../../workers/stop-flag'
import { findObjects } from '../find-objects'
import { matchFound } from '../score-found'
import type { TrainingData } from './training-data'
import type { UsableSlice } from './usable-slice'

export interface FoundWorld {
  readonly engine: Engine
  readonly segmenter: Segmenter
  readonly data: TrainingData
  readonly stop: StopFlag
  readonly embedding: (slice: UsableSlice) => Promise<Embedding>
}

/** Dice of each held-out slice with boxes that the finder found, the mean over its labels; none after an urgent stop. */
export async function* judgeFound(
  { parameters, card }: TrainedFinder,
  { engine, segmenter, data, stop, embedding }: FoundWorld,
): AsyncGenerator<JobEvent, readonly (number | null)[]> {
  const [first] = data.val
  if (!first) return []
  const config = finderConfigOf(parameters.stateDict(), {
    embedding: (await embedding(first)).features.shape,
    classes: card.classes.length,
    file: 'the finder',
  })
  const finder = new Finder(engine, { config, parameters, card })
  const scores: (number | null)[] = []
  try {
    for (const slice of data.val) {
      if (stop.urgent) return []
      const { labels } = await loadSlice(slice.record, data.files)
      const { objects } = await findObjects({ segmenter, finder }, await embedding(slice))
      const found = matchFound(labels.data, slice.labelValues, objects)
      scores.push(
        meanOfDefined(
          found.map(({ value, mask }) => dice(countOverlap(mask, maskOfLabel(labels.data, value)))),
        ),
      )
      yield { event: 'progress', stage: 'Judging found boxes', done: scores.length, total: data.val.length }
    }
  } finally {
    await finder.dispose()
  }
  return scores
}
