import type { JobEvent } from '../../../shared/domain/events'
import type { Validator } from './validation'

/** What the model makes of the slices that are shown, for a door that asked for them. */
export function* shownSamples({ lastSamples }: Validator, epoch: number): Generator<JobEvent> {
  for (const sample of lastSamples) yield { event: 'sample', epoch, ...sample }
}

/** The same before the first epoch, and how good the base is on all held-out slices. */
export function* shownBase(validator: Validator, dice: number | null): Generator<JobEvent> {
  if (validator.lastSamples.length === 0) return
  const cases = validator.lastCases.length
  yield { event: 'evaluation', model: 'base', prompt: 'validation', dice, iou: null, cases }
  yield* shownSamples(validator, 0)
}
