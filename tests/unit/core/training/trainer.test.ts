import { describe, expect, test } from 'vitest'
import { adamWState } from '../../../../src/core/training/optimizers'
import { Parameters } from '../../../../src/core/training/parameters'
import { plateauDefaults, plateauStart } from '../../../../src/core/training/schedules'
import type { StepLosses, Trainable, TrainingSample } from '../../../../src/core/training/trainable'
import type { TrainerEvent, TrainerOptions, TrainingState } from '../../../../src/core/training/trainer'
import { LossNotFinite, trainEpochs } from '../../../../src/core/training/trainer'
import { float32 } from '../../../../src/core/tensor/tensor'

function notAsked(): never {
  throw new Error('The trainer leaves this to its world.')
}

/** A model of two numbers, one of them frozen: its loss is their squared distance from the wanted ones. */
class TwoNumbers implements Trainable {
  readonly parameters = Parameters.from(
    new Map([
      ['frozen', float32([1], [5])],
      ['trained', float32([1], [1])],
    ]),
  )
  readonly gradients = this.parameters.zerosLike()
  readonly trainedNames = ['trained']
  readonly frozen = 'encoder'
  readonly losses: number[]
  /** Called at the start of each step */
  onStep: () => void = () => undefined

  /** @param losses - given back in turn instead of the true ones */
  constructor(losses: readonly number[] = []) {
    this.losses = [...losses]
  }

  computeGradients(): Promise<StepLosses> {
    this.onStep()
    const [, value = NaN] = this.parameters.flat
    this.gradients.flat.set([100, 2 * value])
    const total = this.losses.shift() ?? value ** 2
    return Promise.resolve({ total, dice: total, crossEntropy: 0, iou: 0 })
  }

  tokensOf = notAsked
  freeze = notAsked
  embed = notAsked
  judge = notAsked
}

const sample: TrainingSample = {
  input: float32([0], []),
  prompt: { points: new Float32Array(), labels: new Int8Array() },
  target: new Uint8Array(),
  bestOnly: false,
}

function start(model: Trainable, learningRate = 0.1): TrainingState {
  return {
    optimizer: adamWState(model.parameters.flat.length),
    schedule: plateauStart(learningRate),
    epoch: 0,
    step: 0,
    lossSum: 0,
    sampleCount: 0,
    bestLoss: null,
    bestEpoch: null,
    bestDice: null,
    lossAtBest: null,
    staleEpochs: 0,
  }
}

const options: TrainerOptions = {
  epochs: 3,
  weightDecay: 0,
  bestBy: 'dice',
  stopPatience: 0,
  plateau: plateauDefaults,
}

interface Play {
  readonly options?: Partial<TrainerOptions>
  readonly dices?: readonly (number | null)[]
  /** Samples of each step of an epoch */
  readonly steps?: readonly number[]
  readonly stopAfter?: number
}

async function play(
  model: Trainable,
  state: TrainingState,
  { dices = [], steps = [1, 1], ...play }: Play = {},
) {
  const events: TrainerEvent[] = []
  let clock = 0
  let asked = 0
  const trainer = trainEpochs(
    model,
    state,
    {
      batches: () => steps.map(count => () => Promise.resolve(Array<TrainingSample>(count).fill(sample))),
      validate: epoch => Promise.resolve({ loss: 0, dice: dices[epoch] ?? null }),
      stopRequested: () => asked++ === play.stopAfter,
      now: () => (clock += 500),
    },
    { ...options, ...play.options },
  )
  for (;;) {
    const next = await trainer.next()
    if (next.done === true) return { events, reason: next.value }
    events.push(next.value)
  }
}

const epochsOf = (events: readonly TrainerEvent[]) => events.filter(event => event.kind === 'epoch')

describe('training', () => {
  test('takes every step of every epoch, and moves only what is trained', async () => {
    const model = new TwoNumbers()
    const state = start(model)

    const { events, reason } = await play(model, state, { dices: [0.1, 0.2, 0.3] })

    expect(reason).toBe('finished')
    expect(
      events.map(event => (event.kind === 'step' ? [event.epoch, event.step, event.steps] : 'epoch')),
    ).toEqual([
      ...[[0, 1, 2], [0, 2, 2], 'epoch'],
      ...[[1, 1, 2], [1, 2, 2], 'epoch'],
      ...[[2, 1, 2], [2, 2, 2], 'epoch'],
    ])
    // AdamW moves by about the learning rate a step.
    expect(model.parameters.flat[0]).toBe(5)
    expect(model.parameters.flat[1]).toBeCloseTo(0.4, 1)
    expect(state).toMatchObject({ epoch: 3, step: 0, lossSum: 0, sampleCount: 0, optimizer: { step: 6 } })
  })

  test('reports the mean loss of an epoch over its samples, not over its steps', async () => {
    const model = new TwoNumbers([1, 4])

    const { events } = await play(model, start(model), { steps: [3, 1], options: { epochs: 1 } })

    expect(epochsOf(events)).toMatchObject([{ trainLoss: (3 * 1 + 4) / 4, seconds: 0.5, learningRate: 0.1 }])
  })

  test('calls the epoch of the highest validation Dice the best; an equal one is not better', async () => {
    const model = new TwoNumbers()
    const state = start(model)

    const { events } = await play(model, state, { dices: [0.5, 0.7, 0.7, 0.6, 0.8], options: { epochs: 5 } })

    expect(epochsOf(events).map(event => event.isBest)).toEqual([true, true, false, false, true])
    expect(state).toMatchObject({ bestDice: 0.8, bestEpoch: 4, staleEpochs: 0 })
  })

  test('does not mistake a validation without Dice for a better one', async () => {
    const model = new TwoNumbers()
    const state = start(model)

    const { events } = await play(model, state, { dices: [null, 0.2, null], options: { epochs: 3 } })

    expect(epochsOf(events).map(event => event.isBest)).toEqual([true, true, false])
    expect(state).toMatchObject({ bestDice: 0.2, bestEpoch: 1 })
  })

  test('calls the epoch of the lowest mean training loss the best where that is asked for', async () => {
    const model = new TwoNumbers([3, 1, 2, 2, 1, 2, 9, 0])
    const state = start(model)

    const { events } = await play(model, state, {
      dices: [0.5, 0.9, 0.7, 0.8],
      steps: [3, 1],
      options: { epochs: 4, bestBy: 'loss' },
    })

    expect(epochsOf(events).map(event => event.trainLoss)).toEqual([2.5, 2, 1.25, 6.75])
    expect(epochsOf(events).map(event => event.isBest)).toEqual([true, true, true, false])
    expect(state).toMatchObject({ bestEpoch: 2, bestDice: 0.7, lossAtBest: 1.25, bestLoss: 1.25 })
    expect(state.staleEpochs).toBe(1)
  })

  test('has a best epoch of its own where it goes on from another program’s lower loss', async () => {
    const model = new TwoNumbers([5, 4, 6])
    const state = { ...start(model), bestLoss: 3 }

    const { events } = await play(model, state, { steps: [1], options: { bestBy: 'loss' } })

    expect(epochsOf(events).map(event => event.isBest)).toEqual([true, true, false])
    expect(state).toMatchObject({ bestEpoch: 1, lossAtBest: 4, bestLoss: 3 })
  })

  test('stops early by the figure that says which epoch is best', async () => {
    const model = new TwoNumbers([3, 4, 5, 1])

    const { events, reason } = await play(model, start(model), {
      dices: [0.1, 0.2, 0.3, 0.4],
      steps: [1],
      options: { epochs: 4, stopPatience: 2, bestBy: 'loss' },
    })

    expect([reason, epochsOf(events).length]).toEqual(['no-improvement', 3])
  })

  test('stops after so many epochs without a better Dice, and never with 0', async () => {
    const dices = [0.5, 0.6, 0.1, 0.6, 0.1, 0.1]
    const [patient, endless] = [new TwoNumbers(), new TwoNumbers()]

    const early = await play(patient, start(patient), { dices, options: { epochs: 6, stopPatience: 2 } })
    const whole = await play(endless, start(endless), { dices, options: { epochs: 6, stopPatience: 0 } })

    expect([early.reason, epochsOf(early.events).length]).toEqual(['no-improvement', 4])
    expect([whole.reason, epochsOf(whole.events).length]).toEqual(['finished', 6])
  })

  test('lowers the learning rate when the training loss stops falling, from the next epoch on', async () => {
    const model = new TwoNumbers([3, 2, 2, 2, 2])

    const { events } = await play(model, start(model, 1), {
      steps: [1],
      options: { epochs: 5, plateau: { ...plateauDefaults, factor: 0.5, patience: 1 } },
    })

    expect(epochsOf(events).map(event => event.learningRate)).toEqual([1, 1, 1, 1, 0.5])
  })

  test('has nothing to do where the epochs are done already', async () => {
    const model = new TwoNumbers()

    const { events, reason } = await play(model, { ...start(model), epoch: 3 })

    expect([events, reason]).toEqual([[], 'finished'])
  })
})

describe('a training that is stopped', () => {
  test('ends between steps and goes on from there as if nothing had happened', async () => {
    const dices = [0.1, 0.2, 0.3]
    const [through, stopped] = [new TwoNumbers(), new TwoNumbers()]
    const [whole, state] = [start(through), start(stopped)]
    const expected = await play(through, whole, { dices, steps: [1, 2, 1] })

    const first = await play(stopped, state, { dices, steps: [1, 2, 1], stopAfter: 4 })
    const position = { epoch: state.epoch, step: state.step }
    const rest = await play(stopped, state, { dices, steps: [1, 2, 1] })

    const told = [...first.events, ...rest.events]
    expect(first.reason).toBe('stopped')
    expect(position).toEqual({ epoch: 1, step: 1 })
    // Only the seconds differ: a resumed epoch counts its own.
    expect(told.map(event => ({ ...event, seconds: 0 }))).toEqual(
      expected.events.map(event => ({ ...event, seconds: 0 })),
    )
    expect(state).toEqual(whole)
    expect(stopped.parameters.flat).toEqual(through.parameters.flat)
  })

  test('by a loss that is no number has weights, moments and position as before the step', async () => {
    for (const loss of [NaN, Infinity]) {
      const model = new TwoNumbers([1, 1, 1, loss])
      const state = start(model)
      const before: { weights: Float32Array; state: unknown }[] = []
      model.onStep = () => {
        before.push({ weights: model.parameters.flat.slice(), state: structuredClone(state) })
      }

      const error: unknown = await play(model, state).catch((reason: unknown) => reason)

      expect(error).toBeInstanceOf(LossNotFinite)
      expect(error).toMatchObject({ epoch: 1, step: 1 })
      expect(model.parameters.flat).toEqual(before.at(-1)?.weights)
      expect(state).toEqual(before.at(-1)?.state)
      expect(before).toHaveLength(4)
    }
  })
})
