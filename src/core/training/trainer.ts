import type { AdamWState, ParameterRange } from './optimizers'
import { adamWStep, squaredNorm } from './optimizers'
import type { PlateauOptions, PlateauState } from './schedules'
import { plateauStep } from './schedules'
import type { Trainable, TrainingSample } from './trainable'
import { trainedRanges } from './trained-ranges'

export interface ValidationScore {
  readonly loss: number
  /** Mean over cases; null where no case has one */
  readonly dice: number | null
}

/** All that changes while a model is trained, besides its weights; saved with every checkpoint. */
export interface TrainingState {
  readonly optimizer: AdamWState
  schedule: PlateauState
  /** Epoch under way, counted from 0 */
  epoch: number
  /** Steps of it that are done */
  step: number
  /** Sum over these steps of loss times samples, and the samples, for the epoch's mean */
  lossSum: number
  sampleCount: number
  /** Lowest mean training loss so far, also of a run by another program that this one goes on from */
  bestLoss: number | null
  /** The best epoch, its validation Dice and its mean training loss */
  bestEpoch: number | null
  bestDice: number | null
  lossAtBest: number | null
  /** Epochs since the best one */
  staleEpochs: number
}

export interface TrainerOptions {
  readonly epochs: number
  readonly weightDecay: number
  /** Which epoch is the best one: of the highest validation Dice, or of the lowest mean training loss */
  readonly bestBy: 'dice' | 'loss'
  /** Epochs without a better one before it stops; 0: never */
  readonly stopPatience: number
  readonly plateau: PlateauOptions
}

/** What the trainer asks of the world around it. */
export interface TrainerWorld {
  /** The steps of an epoch; each draws its samples when it is called, for the weights as they are then */
  batches(epoch: number): readonly (() => Promise<readonly TrainingSample[]>)[]
  validate(epoch: number): Promise<ValidationScore>
  /** Asked between steps: the trainer then ends where it is */
  stopRequested(): boolean
  /** Milliseconds, for durations only */
  now(): number
}

export type TrainerEvent =
  | {
      readonly kind: 'step'
      readonly epoch: number
      readonly step: number
      readonly steps: number
      readonly loss: number
    }
  | {
      readonly kind: 'epoch'
      readonly epoch: number
      readonly trainLoss: number
      readonly validation: ValidationScore
      /** The rate that this epoch was trained with */
      readonly learningRate: number
      readonly seconds: number
      readonly isBest: boolean
    }

export type EndReason = 'finished' | 'no-improvement' | 'stopped'

/** The loss was not a number: nothing was changed by the step in which it happened. */
export class LossNotFinite extends Error {
  readonly epoch: number
  readonly step: number

  constructor(epoch: number, step: number) {
    super(`the loss is not finite in epoch ${epoch}, step ${step}`)
    this.epoch = epoch
    this.step = step
  }
}

/**
 * Trains epoch by epoch from wherever `state` stands, so that resuming and starting are one thing. The caller saves
 * between events; `state` is consistent whenever an event is out.
 *
 * The schedule follows the mean training loss, as in the original recipe.
 *
 * @throws LossNotFinite
 */
export async function* trainEpochs(
  model: Trainable,
  state: TrainingState,
  world: TrainerWorld,
  options: TrainerOptions,
): AsyncGenerator<TrainerEvent, EndReason> {
  const ranges = trainedRanges(model.parameters, model.trainedNames)
  while (state.epoch < options.epochs) {
    // Also where a run that had ended so is resumed: one more epoch each time would be no stop.
    if (options.stopPatience > 0 && state.staleEpochs >= options.stopPatience) return 'no-improvement'
    const start = world.now()
    const batches = world.batches(state.epoch)
    while (state.step < batches.length) {
      if (world.stopRequested()) return 'stopped'
      const batch = (await batches[state.step]?.()) ?? []
      const loss = await takeStep(model, state, batch, { ranges, weightDecay: options.weightDecay })
      yield { kind: 'step', epoch: state.epoch, step: state.step, steps: batches.length, loss }
    }
    const validation = await world.validate(state.epoch)
    const event = endEpoch(state, validation, options)
    yield { ...event, seconds: (world.now() - start) / 1000 }
  }
  return 'finished'
}

async function takeStep(
  model: Trainable,
  state: TrainingState,
  batch: readonly TrainingSample[],
  { ranges, weightDecay }: { readonly ranges: readonly ParameterRange[]; readonly weightDecay: number },
): Promise<number> {
  const { total } = await model.computeGradients(batch)
  // A finite loss can have gradients that are not; one of them would spoil weights and moments for good.
  const isSound = Number.isFinite(total) && Number.isFinite(squaredNorm(model.gradients.flat, ranges))
  if (!isSound) throw new LossNotFinite(state.epoch, state.step)
  adamWStep(
    model.parameters.flat,
    model.gradients.flat,
    state.optimizer,
    { learningRate: state.schedule.learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay },
    ranges,
  )
  state.step++
  state.lossSum += total * batch.length
  state.sampleCount += batch.length
  return total
}

/** Closes the books of an epoch and opens the next one's. */
function endEpoch(
  state: TrainingState,
  validation: ValidationScore,
  { plateau, bestBy }: TrainerOptions,
): Omit<Extract<TrainerEvent, { kind: 'epoch' }>, 'seconds'> {
  const trainLoss = state.lossSum / Math.max(1, state.sampleCount)
  const { epoch } = state
  const { learningRate } = state.schedule
  const isBest =
    bestBy === 'dice'
      ? isHigher(validation.dice, state.bestDice)
      : state.lossAtBest === null || trainLoss < state.lossAtBest
  if (isBest) Object.assign(state, { bestDice: validation.dice, lossAtBest: trainLoss, bestEpoch: epoch })
  state.staleEpochs = isBest ? 0 : state.staleEpochs + 1
  state.bestLoss = Math.min(trainLoss, state.bestLoss ?? Infinity)
  state.schedule = plateauStep(state.schedule, trainLoss, plateau)
  Object.assign(state, { epoch: epoch + 1, step: 0, lossSum: 0, sampleCount: 0 })
  return { kind: 'epoch', epoch, trainLoss, validation, learningRate, isBest }
}

function isHigher(dice: number | null, best: number | null): boolean {
  if (best === null) return true
  return dice !== null && dice > best
}
