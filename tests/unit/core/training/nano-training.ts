import { preprocessImage } from '../../../../src/core/imaging/preprocess'
import type { Model } from '../../../../src/core/models/families'
import { configOf } from '../../../../src/core/models/efficient-sam/config'
import { promptTokens } from '../../../../src/core/models/prompt-tokens'
import { Parameters } from '../../../../src/core/training/parameters'
import { plateauDefaults, plateauStart } from '../../../../src/core/training/schedules'
import type { IouTarget } from '../../../../src/core/training/losses'
import { adamWState } from '../../../../src/core/training/optimizers'
import type { Trainable, TrainingSample } from '../../../../src/core/training/trainable'
import { trainEpochs } from '../../../../src/core/training/trainer'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { discMask, formulaImage, formulaStateDict } from '../../../golden/formula-weights'

const side = 64
const preprocessing = { ...officialPreprocessing, resolution: side }
const weights = formulaStateDict('nano')
const config = configOf(weights, 'nano', { resolution: side, encoderHeads: 2 })

/** A network of three blocks at 64 pixels, its weights in memory that threads can share. */
export const nanoModel = (): Model => ({
  ...{ family: 'efficient-sam', config, preprocessing },
  parameters: Parameters.from(weights).shared(),
})

export const trainingOptions = (firstTrainedStep: number, iouTarget: IouTarget = 'per-mask') => ({
  firstTrainedStep,
  maskSide: side,
  loss: { iouTarget, weights: { dice: 1, crossEntropy: 1, iou: 1 } },
})

/** A box around a disc; another picture, disc and choice of mask for each number */
export function sampleOf(seed: number): TrainingSample {
  const { input, geometry } = preprocessImage(formulaImage(`s${seed}:${side}x${side}`), preprocessing)
  const corners = [
    { x: 8, y: 10 + seed, label: 2 },
    { x: 50, y: 60, label: 3 },
  ]
  const prompt = promptTokens(corners, geometry, config.promptTokens)
  return { input, prompt, target: discMask(side, side, seed), bestOnly: seed % 2 === 0 }
}

/** Samples that enter where the training begins */
export async function samplesFor(model: Trainable, count: number): Promise<TrainingSample[]> {
  const samples = Array.from({ length: count }, (_, seed) => sampleOf(seed))
  if (model.frozen === 'nothing') return samples
  return Promise.all(samples.map(async sample => ({ ...sample, input: await model.freeze(sample.input) })))
}

/** Two epochs over the samples, in batches, with the real optimiser. @returns the loss of every step */
export async function trainedLosses(
  model: Trainable,
  samples: readonly TrainingSample[],
  batchSize: number,
): Promise<number[]> {
  const state = {
    optimizer: adamWState(model.parameters.flat.length),
    schedule: plateauStart(1e-4),
    ...{ epoch: 0, step: 0, lossSum: 0, sampleCount: 0 },
    ...{ bestLoss: null, bestEpoch: null, bestDice: null, lossAtBest: null, staleEpochs: 0 },
  }
  const steps = Math.ceil(samples.length / batchSize)
  const world = {
    batches: () =>
      Array.from(
        { length: steps },
        (_, step) => () => Promise.resolve(samples.slice(step * batchSize, (step + 1) * batchSize)),
      ),
    validate: () => Promise.resolve({ loss: 0, dice: null }),
    stopRequested: () => false,
    now: () => 0,
  }
  const options = {
    ...{ epochs: 2, weightDecay: 0.01, stopPatience: 0, plateau: plateauDefaults },
    bestBy: 'loss' as const,
  }
  const losses: number[] = []
  for await (const event of trainEpochs(model, state, world, options)) {
    if (event.kind === 'step') losses.push(event.loss)
  }
  return losses
}

/** Largest difference, as a part of the largest value of the second */
export function worstOf(a: Float32Array, b: Float32Array): number {
  let [difference, largest] = [0, 0]
  for (let i = 0; i < b.length; i++) {
    difference = Math.max(difference, Math.abs((a[i] ?? NaN) - (b[i] ?? NaN)))
    largest = Math.max(largest, Math.abs(b[i] ?? NaN))
  }
  return difference / largest
}

/**
 * How far apart two trainings end, as a part of the way that they went, summed over all weights: the few whose true
 * gradient is zero go wherever rounding sends them.
 */
export function differenceOfMoves(start: Float32Array, one: Float32Array, other: Float32Array): number {
  let [difference, way] = [0, 0]
  for (let i = 0; i < start.length; i++) {
    difference += Math.abs((other[i] ?? NaN) - (one[i] ?? NaN))
    way += Math.abs((one[i] ?? NaN) - (start[i] ?? NaN))
  }
  return difference / way
}
