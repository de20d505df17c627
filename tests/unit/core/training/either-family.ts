import type { Engine } from '../../../../src/core/engine'
import type { SliceGeometry } from '../../../../src/core/imaging/geometry'
import { configOf as efficientSamConfigOf } from '../../../../src/core/models/efficient-sam/config'
import type { Model } from '../../../../src/core/models/families'
import { createFamily } from '../../../../src/core/models/families'
import { random } from '../../../../src/core/random'
import { float32 } from '../../../../src/core/tensor/tensor'
import { Parameters } from '../../../../src/core/training/parameters'
import { TrainableModel } from '../../../../src/core/training/trainable-model'
import type { TrainingSample } from '../../../../src/core/training/trainable'
import type { Preprocessing } from '../../../../src/shared/domain/preprocessing'
import type { Prompt } from '../../../../src/shared/domain/prompt'
import { presets } from '../../../../src/shared/domain/training-options'
import { discMask, formulaStateDict } from '../../../golden/formula-weights'
import { smallConfig, smallWeights } from '../models/medsam-lite/small-model'

export const families = ['efficient-sam', 'medsam-lite'] as const
export type FamilyName = (typeof families)[number]

/** Pixels of the slice, which fills the model's square; and of the masks that are compared */
export const side = 32

export const prompts = {
  box: { box: { x0: 5, y0: 6, x1: 25, y1: 27 }, points: [] },
  point: { box: null, points: [{ x: 15, y: 14, sign: 'positive' }] },
  boxAndClick: {
    box: { x0: 4, y0: 6, x1: 24, y1: 22 },
    points: [{ x: 12, y: 14, sign: 'positive' }],
  },
} as const satisfies Record<string, Prompt>

/** A small network of either family, with weights made by a formula. */
export function smallModel(name: FamilyName): Model {
  const preprocessing: Preprocessing = {
    ...{ resolution: side, fit: 'pad', intensity: 'minmax', mean: null, std: null, promptTokens: 6 },
  }
  if (name === 'medsam-lite') {
    const config = { ...smallConfig, resolution: side }
    const parameters = Parameters.from(smallWeights(config))
    return { family: name, config, parameters, preprocessing, knowsClicks: true }
  }
  const weights = formulaStateDict('nano')
  const config = efficientSamConfigOf(weights, 'nano', { resolution: side, encoderHeads: 2 })
  return { family: name, config, parameters: Parameters.from(weights), preprocessing }
}

export interface TrainedPart {
  readonly model: TrainableModel
  readonly stepCount: number
  readonly firstTrainedStep: number
}

/** @param trainedSteps - the last steps of the encoder that are trained */
export function trainedPart(engine: Engine, model: Model, trainedSteps: number): TrainedPart {
  const { family } = createFamily(engine, model)
  const { stepCount } = family.encoder
  const firstTrainedStep = Math.max(0, stepCount - trainedSteps)
  const loss = { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou: 1 } } as const
  const options = { firstTrainedStep, maskSide: side, loss }
  return { model: new TrainableModel(engine, family, model.parameters, options), stepCount, firstTrainedStep }
}

export const { trainedSteps: balancedSteps } = presets.balanced

/** A noisy picture, and a disc to find in it. */
export async function sampleFor(
  model: TrainableModel,
  prompt: Prompt,
  { seed, bestOnly = false }: { seed: number; bestOnly?: boolean },
): Promise<TrainingSample> {
  const generator = random(seed, 'picture')
  const picture = Float32Array.from({ length: 3 * side * side }, () => generator.uniform())
  const image = float32([1, 3, side, side], picture)
  const geometry: SliceGeometry = {
    ...{ height: side, width: side, resolution: side, fit: 'pad', fittedHeight: side, fittedWidth: side },
  }
  return {
    input: model.frozen === 'nothing' ? image : await model.freeze(image),
    prompt: model.tokensOf(prompt, geometry),
    target: discMask(side, side, seed),
    bestOnly,
  }
}
