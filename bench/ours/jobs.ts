/** The only file of the bench that knows the engine: what is measured is the code that the program runs. */
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Engine, Float32Tensor } from '../../src/core/engine'
import { PromptedDecoder } from '../../src/core/models/efficient-sam/decoder'
import { ImageEncoder } from '../../src/core/models/efficient-sam/encoder'
import { efficientSamFamily } from '../../src/core/models/efficient-sam/family'
import { adamWState } from '../../src/core/training/optimizers'
import { plateauDefaults, plateauStart } from '../../src/core/training/schedules'
import type { Trainable, TrainingSample } from '../../src/core/training/trainable'
import { TrainableModel } from '../../src/core/training/trainable-model'
import { ShardedTrainable } from '../../src/core/training/sharded-trainable'
import type { TrainingState } from '../../src/core/training/trainer'
import { trainEpochs } from '../../src/core/training/trainer'
import type { RankPlan } from '../../src/main/workers/engine-access'
import { startRanks } from '../../src/main/workers/start-ranks'
import { officialPreprocessing } from '../../src/shared/domain/preprocessing'
import type { Measurement } from '../measurement'
import { box, formulaModel, picture, readyEmbedding, target } from './inputs'

/** Does the job once and gives one number of its result. */
export type Run = () => Promise<number>

interface World {
  readonly engine: Engine
  /** Takes what is to be done when all is measured */
  readonly atEnd: (task: () => Promise<unknown>) => void
}

/** As in bench/torch/measure.py */
const recipe = { learningRate: 5e-5, weightDecay: 0.01 }

function meanMagnitude({ data }: Float32Tensor): number {
  return data.reduce((sum, value) => sum + Math.abs(value), 0) / data.length
}

function encoder({ engine }: World, measurement: Measurement): Run {
  const { config, parameters } = formulaModel(measurement)
  const image = picture(0, measurement.resolution)
  const model = new ImageEncoder(engine, config, parameters)
  return async () => meanMagnitude(await model.forward(image))
}

function decoder({ engine }: World, measurement: Measurement): Run {
  const { config, parameters } = formulaModel(measurement)
  const embedding = readyEmbedding(0, config)
  const model = new PromptedDecoder(engine, config, parameters)
  return async () => meanMagnitude((await model.decode(embedding, [box(config)])).lowRes)
}

function training(world: World, measurement: Measurement): Run {
  const { engine } = world
  const { config, parameters } = formulaModel(measurement)
  const frozen = measurement.job === 'quick-epoch'
  const family = efficientSamFamily(engine, { config, parameters })
  const options: RankPlan['options'] = {
    firstTrainedStep: frozen ? family.encoder.stepCount : 0,
    maskSide: measurement.maskSide,
    loss: { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou: 1 } },
  }
  const trainable = measurement.workers
    ? shared({ config, parameters }, options, measurement, world)
    : new TrainableModel(engine, family, parameters, options)
  const samples = Array.from({ length: measurement.samples }, (_, index): TrainingSample => ({
    input: frozen ? readyEmbedding(index, config) : picture(index, measurement.resolution),
    prompt: box(config),
    target: target(measurement.maskSide),
    bestOnly: false,
  }))
  return epochs(trainable, samples, measurement.batch)
}

/** Shared out among workers as the program does it. */
function shared(
  { config, parameters: own }: ReturnType<typeof formulaModel>,
  options: RankPlan['options'],
  { workers = 1, threads }: Measurement,
  { engine, atEnd }: World,
): Trainable {
  const parameters = own.shared()
  const model = {
    ...{ family: 'efficient-sam' as const, config, parameters },
    preprocessing: { ...officialPreprocessing, resolution: config.resolution },
  }
  const plan = { model, options, count: workers, threads: Math.max(1, Math.floor(threads / workers)) }
  const ranks = startRanks(settings => new Worker(join(import.meta.dirname, 'gradient.mjs'), settings), plan)
  atEnd(() => Promise.all(ranks.map(rank => rank.dispose())))
  const family = efficientSamFamily(engine, { config, parameters })
  const gradients = ranks[0] ? { gradients: ranks[0].gradients } : {}
  const lead = new TrainableModel(engine, family, parameters, { ...options, ...gradients })
  return new ShardedTrainable(lead, ranks, { seesWholeBatch: false })
}

/** The trainer itself, an epoch a run: loss, gradients, the check that they are finite, AdamW. */
function epochs(trainable: Trainable, samples: readonly TrainingSample[], batch: number): Run {
  const state: TrainingState = {
    optimizer: adamWState(trainable.parameters.flat.length),
    schedule: plateauStart(recipe.learningRate),
    ...{ epoch: 0, step: 0, lossSum: 0, sampleCount: 0 },
    ...{ bestLoss: null, bestEpoch: null, bestDice: null, lossAtBest: null, staleEpochs: 0 },
  }
  const batches = Array.from(
    { length: Math.ceil(samples.length / batch) },
    (_, index) => () => Promise.resolve(samples.slice(index * batch, (index + 1) * batch)),
  )
  const events = trainEpochs(
    trainable,
    state,
    {
      batches: () => batches,
      validate: () => Promise.resolve({ loss: 0, dice: null }),
      stopRequested: () => false,
      now: () => performance.now(),
    },
    {
      epochs: Infinity,
      weightDecay: recipe.weightDecay,
      bestBy: 'dice',
      stopPatience: 0,
      plateau: plateauDefaults,
    },
  )
  return async () => {
    for (;;) {
      const { value, done } = await events.next()
      if (done) throw new Error(`training ended: ${value}`)
      if (value.kind === 'epoch') return value.trainLoss
    }
  }
}

const jobs = {
  encoder,
  decoder,
  step: training,
  'quick-epoch': training,
} satisfies Record<Measurement['job'], (world: World, measurement: Measurement) => Run>

export function prepare(world: World, measurement: Measurement): Run {
  return jobs[measurement.job](world, measurement)
}
