import type { Engine } from '../engine'
import type { Shape } from '../tensor/shape'
import type { ModelFamily } from '../training/model-family'
import { gridSide } from './efficient-sam/config'
import { efficientSamFamily } from './efficient-sam/family'
import type { EfficientSam } from './efficient-sam/segmenter'
import { EfficientSamSegmenter } from './efficient-sam/segmenter'
import { gridSide as medSamLiteGridSide } from './medsam-lite/config'
import { medSamLiteFamily } from './medsam-lite/family'
import type { MedSamLite } from './medsam-lite/segmenter'
import { MedSamLiteSegmenter } from './medsam-lite/segmenter'
import type { Segmenter } from './segmenter'

/** A model with its weights. Another family is one more member here, and one more case in each function below. */
export type Model =
  ({ readonly family: 'efficient-sam' } & EfficientSam) | ({ readonly family: 'medsam-lite' } & MedSamLite)

/** Of what the encoder makes of a slice. */
export function embeddingShape(model: Model): Shape {
  const side = model.family === 'efficient-sam' ? gridSide(model.config) : medSamLiteGridSide(model.config)
  return [1, model.config.decoderDim, side, side]
}

/** Ready to answer; it disposes of the engine. */
export function createSegmenter(engine: Engine, model: Model): Segmenter {
  return model.family === 'efficient-sam'
    ? new EfficientSamSegmenter(engine, model)
    : new MedSamLiteSegmenter(engine, model)
}

/** Ready to be trained, with a segmenter that answers with the weights as they are at the moment. */
export function createFamily(engine: Engine, model: Model): { family: ModelFamily; segmenter: Segmenter } {
  if (model.family === 'efficient-sam') {
    const family = efficientSamFamily(engine, model)
    return { family, segmenter: new EfficientSamSegmenter(engine, { ...model, encoder: family.encoder }) }
  }
  const family = medSamLiteFamily(engine, model)
  return { family, segmenter: new MedSamLiteSegmenter(engine, { ...model, encoder: family.encoder }) }
}
