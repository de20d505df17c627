import { join } from 'node:path'
import type { Engine } from '../../../core/engine'
import type { Model } from '../../../core/models/families'
import { createFamily } from '../../../core/models/families'
import type { Segmenter } from '../../../core/models/segmenter'
import { ShardedTrainable } from '../../../core/training/sharded-trainable'
import type { Trainable } from '../../../core/training/trainable'
import { TrainableModel } from '../../../core/training/trainable-model'
import type { Preset, TrainingRecipe } from '../../../shared/domain/training-options'
import { presets } from '../../../shared/domain/training-options'
import { EmbeddingsCache } from '../../files/embeddings-cache'
import type { JobContext } from '../../workers/contract'
import type { RankPlan, StartedRank } from '../../workers/engine-access'
import { SampleSource } from './sample-source'
import { threadsEach } from './sharing'
import type { TrainingData } from './training-data'
import { maskSideOf } from './training-object'

/** Everything that one run of training holds open. */
export interface TrainingSession {
  readonly trainable: Trainable
  /** Answers with the weights as they are at the moment */
  readonly segmenter: Segmenter
  readonly samples: SampleSource
  /** For what is computed beside the training */
  readonly engine: Engine
  /** Whether what is frozen of the encoder sees every slice in one form only */
  readonly encodesOnce: boolean
  dispose(): Promise<void>
}

interface RunSettings {
  readonly folder: string
  readonly preset: Preset
  readonly recipe: TrainingRecipe
  readonly workers: number
}

/** @param workers - that share the batches; with more than one the weights of the model lie in shared memory */
export function openSession(
  { engines, threads }: Pick<JobContext, 'engines' | 'threads'>,
  model: Model,
  data: TrainingData,
  { folder, preset, recipe, workers }: RunSettings,
): TrainingSession {
  const cache = new EmbeddingsCache(join(folder, 'embeddings'))
  const maskSide = maskSideOf(model.preprocessing.resolution)
  const engine = engines.openEngine()
  const tuned = tunedWith(recipe, model)
  const { family, segmenter } = createFamily(engine, tuned)
  const options = {
    firstTrainedStep: firstTrainedStep(preset, family.encoder.stepCount),
    maskSide,
    loss: {
      iouTarget: recipe.iouTarget,
      weights: { dice: recipe.segLossWeight, crossEntropy: recipe.ceLossWeight, iou: recipe.iouLossWeight },
    },
  }
  const plan = { model: tuned, options, count: workers, threads: threadsEach(threads, workers) }
  const ranks = workers > 1 ? engines.startRanks(plan) : []
  const gradients = ranks[0] ? { gradients: ranks[0].gradients } : {}
  const lead = new TrainableModel(engine, family, model.parameters, { ...options, ...gradients })
  const trainable = ranks.length > 0 ? sharded(lead, ranks, plan) : lead
  const samples = new SampleSource({
    recipe,
    preprocessing: model.preprocessing,
    maskSide,
    files: data.files,
    trainable,
    cache,
  })
  return {
    trainable,
    segmenter,
    samples,
    engine,
    encodesOnce: trainable.frozen !== 'nothing' && !recipe.flips,
    async dispose() {
      const disposals = [...ranks, cache, engine].map(one => one.dispose())
      const settled = await Promise.allSettled(disposals)
      for (const result of settled) if (result.status === 'rejected') throw result.reason
    },
  }
}

function sharded(lead: TrainableModel, ranks: readonly StartedRank[], { options }: RankPlan): Trainable {
  return new ShardedTrainable(lead, ranks, { seesWholeBatch: options.loss.iouTarget === 'seed' })
}

function firstTrainedStep(preset: Preset, stepCount: number): number {
  const { trainedSteps } = presets[preset]
  return Math.max(0, stepCount - trainedSteps)
}

/** While it learns clicks it is asked clicks. */
function tunedWith(recipe: TrainingRecipe, model: Model): Model {
  return model.family === 'medsam-lite' ? { ...model, knowsClicks: knowsClicks(recipe, model) } : model
}

/** Whether a model tuned so may be asked clicks: it learns them, or has learnt them in an earlier tuning. */
export const knowsClicks = ({ pointShare }: TrainingRecipe, model: Model): boolean =>
  pointShare > 0 || model.family !== 'medsam-lite' || model.knowsClicks
