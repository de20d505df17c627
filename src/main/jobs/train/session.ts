import { join } from 'node:path'
import type { Engine } from '../../../core/engine'
import type { Model } from '../../../core/models/families'
import { createFamily } from '../../../core/models/families'
import type { Segmenter } from '../../../core/models/segmenter'
import type { Trainable } from '../../../core/training/trainable'
import { TrainableModel } from '../../../core/training/trainable-model'
import type { Preset, TrainingRecipe } from '../../../shared/domain/training-options'
import { presets } from '../../../shared/domain/training-options'
import { EmbeddingsCache } from '../../files/embeddings-cache'
import { SampleSource } from './sample-source'
import type { TrainingData } from './training-data'
import { maskSideOf } from './training-object'

/** Everything that one run of training holds open. */
export interface TrainingSession {
  readonly trainable: Trainable
  /** Answers with the weights as they are at the moment */
  readonly segmenter: Segmenter
  readonly samples: SampleSource
  /** Whether what is frozen of the encoder sees every slice in one form only */
  readonly encodesOnce: boolean
  dispose(): Promise<void>
}

interface RunSettings {
  readonly folder: string
  readonly preset: Preset
  readonly recipe: TrainingRecipe
}

export function openSession(
  engine: Engine,
  model: Model,
  data: TrainingData,
  { folder, preset, recipe }: RunSettings,
): TrainingSession {
  const cache = new EmbeddingsCache(join(folder, 'embeddings'))
  const maskSide = maskSideOf(model.preprocessing.resolution)
  const { family, segmenter } = createFamily(engine, tunedWith(recipe, model))
  const trainable = new TrainableModel(engine, family, model.parameters, {
    firstTrainedStep: firstTrainedStep(preset, family.encoder.stepCount),
    maskSide,
    loss: {
      iouTarget: recipe.iouTarget,
      weights: { dice: recipe.segLossWeight, crossEntropy: recipe.ceLossWeight, iou: recipe.iouLossWeight },
    },
  })
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
    encodesOnce: trainable.frozen !== 'nothing' && !recipe.flips,
    async dispose() {
      try {
        await cache.dispose()
      } finally {
        await engine.dispose()
      }
    },
  }
}

function firstTrainedStep(preset: Preset, stepCount: number): number {
  const { trainedSteps } = presets[preset]
  return Math.max(0, stepCount - trainedSteps)
}

/** While it learns clicks it is asked clicks. */
function tunedWith({ pointShare }: TrainingRecipe, model: Model): Model {
  return model.family === 'medsam-lite' ? { ...model, knowsClicks: pointShare > 0 } : model
}
