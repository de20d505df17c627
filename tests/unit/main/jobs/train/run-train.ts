import * as z from 'zod'
import { train } from '../../../../../src/main/jobs/train'
import type { TrainJob } from '../../../../../src/main/workers/contract'
import { StopFlag } from '../../../../../src/main/workers/stop-flag'
import { TrainOptions } from '../../../../../src/shared/commands/training'
import type { JobEvent } from '../../../../../src/shared/domain/events'
import { engineContext } from '../../support/engine-context'
import { eventsOf } from '../../support/folders'

/** The last word of a training that got as far as a best checkpoint. */
export const TrainReport = z.object({
  event: z.literal('report'),
  command: z.literal('train'),
  folder: z.string(),
  checkpoint: z.string(),
  ended: z.string(),
  epochs: z.number(),
  best: z.object({ epoch: z.number(), valDice: z.number() }),
  baseDice: z.number(),
  verdict: z.string(),
  independent: z.boolean(),
  skipped: z.number(),
  interrupted: z.boolean(),
})

const small = { resolution: 64, epochs: 2, batchSize: 2, seed: 1, finder: false }

/** Trains the bundled model at 64 pixels, which takes seconds. */
export async function runTrain(
  options: Partial<TrainJob> & { readonly data: string; readonly out: string },
  onEvent: (event: JobEvent, stop: StopFlag) => void = () => undefined,
): Promise<{ events: JobEvent[]; error: unknown }> {
  const stop = new StopFlag()
  const { sampleSlices = 0, ...rest } = options
  async function* watched(): AsyncGenerator<JobEvent> {
    for await (const event of train(
      { ...TrainOptions.parse({ ...small, ...rest }), sampleSlices },
      engineContext(stop),
    )) {
      onEvent(event, stop)
      yield event
    }
  }
  return eventsOf(watched())
}

export const stepsOf = (events: readonly JobEvent[]) =>
  events.flatMap(event => (event.event === 'step' ? [[event.epoch, event.step, event.loss] as const] : []))

export const noticesOf = (events: readonly JobEvent[]) =>
  events.flatMap(event => (event.event === 'notice' ? [event.message] : []))
