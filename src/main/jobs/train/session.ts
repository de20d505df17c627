import { join } from 'node:path'
import type { Engine } from '../../../core/engine'
import { ImageEncoder } from '../../../core/models/efficient-sam/encoder'
import type { EfficientSam } from '../../../core/models/efficient-sam/segmenter'
import { EfficientSamSegmenter } from '../../../core/models/efficient-sam/segmenter'
import { TrainableEfficientSam } from '../../../core/models/efficient-sam/trainable'
import type { Segmenter } from '../../../core/models/segmenter'
import type { Trainable } from '../../../core/training/trainable'
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
  /** Whether the encoder is frozen and sees every slice in one form only */
  readonly encodesOnce: boolean
  dispose(): Promise<void>
}

export function openSession(
  engine: Engine,
  model: EfficientSam,
  data: TrainingData,
  {
    folder,
    preset,
    recipe,
  }: { readonly folder: string; readonly preset: Preset; readonly recipe: TrainingRecipe },
): TrainingSession {
  const { trainsEncoder } = presets[preset]
  const cache = new EmbeddingsCache(join(folder, 'embeddings'))
  const maskSide = maskSideOf(model.preprocessing.resolution)
  const encoder = new ImageEncoder(engine, model.config, model.parameters)
  const trainable = new TrainableEfficientSam(
    engine,
    { ...model, encoder },
    {
      trainEncoder: trainsEncoder,
      maskSide,
      loss: {
        iouTarget: recipe.iouTarget,
        weights: { dice: recipe.segLossWeight, crossEntropy: recipe.ceLossWeight, iou: recipe.iouLossWeight },
      },
    },
  )
  const samples = new SampleSource({
    recipe,
    preprocessing: model.preprocessing,
    maskSide,
    files: data.files,
    embeddings: trainsEncoder ? null : { cache, encoder },
  })
  return {
    trainable,
    segmenter: new EfficientSamSegmenter(engine, { ...model, encoder }),
    samples,
    encodesOnce: !trainsEncoder && !recipe.flips,
    async dispose() {
      try {
        await cache.dispose()
      } finally {
        await engine.dispose()
      }
    },
  }
}
