import { afterAll, expect, test } from 'vitest'
import { preprocessImage } from '../../../../../src/core/imaging/preprocess'
import { configOf } from '../../../../../src/core/models/efficient-sam/config'
import { promptTokens } from '../../../../../src/core/models/prompt-tokens'
import { efficientSamFamily } from '../../../../../src/core/models/efficient-sam/family'
import type { StateDict } from '../../../../../src/core/tensor/state-dict'
import { Parameters } from '../../../../../src/core/training/parameters'
import { plateauDefaults } from '../../../../../src/core/training/schedules'
import type { TrainingSample } from '../../../../../src/core/training/trainable'
import type { TrainingState } from '../../../../../src/core/training/trainer'
import { TrainableModel } from '../../../../../src/core/training/trainable-model'
import { trainEpochs } from '../../../../../src/core/training/trainer'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import {
  encodeCheckpoint,
  readSavedRun,
  restoreState,
  startState,
} from '../../../../../src/main/jobs/train/saved-state'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import { recipeOf } from '../../../../../src/shared/domain/training-options'
import { discMask, formulaImage, formulaStateDict } from '../../../../golden/formula-weights'

const side = 64
const preprocessing = { ...officialPreprocessing, resolution: side }
const weights = formulaStateDict('nano')
const config = configOf(weights, 'nano', { resolution: side, encoderHeads: 2 })
const engine = new OnnxRuntimeEngine({ threads: 2 })
afterAll(() => engine.dispose())

function sampleOf(seed: number): TrainingSample {
  const { input, geometry } = preprocessImage(formulaImage(`s${seed}:${side}x${side}`), preprocessing)
  const corners = [
    { x: 8, y: 10 + seed, label: 2 },
    { x: 50, y: 60, label: 3 },
  ]
  const prompt = promptTokens(corners, geometry, config.promptTokens)
  return { input, prompt, target: discMask(side, side, seed), bestOnly: seed % 2 === 0 }
}
const samples = [0, 1, 2, 3, 4].map(sampleOf)

function nano(from: StateDict): TrainableModel {
  const loss = { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou: 1 } } as const
  const parameters = Parameters.from(from)
  const family = efficientSamFamily(engine, { config, parameters })
  return new TrainableModel(engine, family, parameters, { firstTrainedStep: 0, maskSide: side, loss })
}

/** Two epochs of three steps; the order turns with the epoch. @returns the loss of every step that was taken */
async function trained(
  model: TrainableModel,
  state: TrainingState,
  afterStep: (count: number) => void = () => undefined,
): Promise<number[]> {
  const losses: number[] = []
  const batches = (epoch: number) =>
    [0, 1, 2].map(
      step => () =>
        Promise.resolve([0, 1].flatMap(index => samples[(2 * step + index + 3 * epoch) % 5] ?? [])),
    )
  const world = {
    batches,
    validate: () => Promise.resolve({ loss: 0, dice: 0.5 }),
    stopRequested: () => false,
    now: () => 0,
  }
  const options = {
    epochs: 2,
    weightDecay: 0.01,
    bestBy: 'dice',
    stopPatience: 0,
    plateau: plateauDefaults,
  } as const
  for await (const event of trainEpochs(model, state, world, options)) {
    if (event.kind !== 'step') continue
    losses.push(event.loss)
    afterStep(losses.length)
  }
  return losses
}

/** What a checkpoint holds of a training, as it is saved within an epoch. */
function checkpointOf(model: TrainableModel, state: TrainingState): Uint8Array {
  return encodeCheckpoint({
    parameters: model.parameters,
    trainedNames: model.trainedNames,
    state,
    preprocessing,
    lastLoss: null,
    weightDecay: 0.01,
    run: {
      format: 1,
      task: 'nano',
      data: { group: null, axis: '2', allowSharedGroup: false },
      split: { train: [], val: [] },
      preset: 'full',
      recipe: recipeOf('full', {}),
      base: { id: 'nano', source: 'formula', licence: 'none', sha256: null },
      encoderHeads: config.encoderHeads,
      decoderHeads: config.decoderHeads,
      baseCases: null,
      bestCases: [],
    },
  })
}

/** Bit for bit; `toEqual` takes a minute for as many numbers. */
function isSame(a: Float32Array, b: Float32Array): boolean {
  const bytes = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    Buffer.from(buffer, byteOffset, byteLength)
  return bytes(a).equals(bytes(b))
}

test('a training of everything that goes on from a file saved in mid-epoch gives the same losses and weights, bit for bit', async () => {
  const through = nano(weights)
  const whole = startState(through.parameters, 1e-3)
  let bytes = new Uint8Array()
  const expected = await trained(through, whole, count => {
    if (count === 2) bytes = new Uint8Array(checkpointOf(through, whole))
  })

  const resumed = readSavedRun(bytes, 'latest.pth')
  const restored = nano(resumed.checkpoint.model)
  const state = restoreState(resumed, restored.parameters, NaN)
  const position = [state.epoch, state.step]
  const rest = await trained(restored, state)

  expect(position).toEqual([0, 2])
  expect(expected).toHaveLength(6)
  expect(rest).toEqual(expected.slice(2))
  const { optimizer, ...progress } = state
  expect({ ...progress, optimizer: { step: optimizer.step } }).toEqual({ ...whole, optimizer: { step: 6 } })
  expect(isSame(optimizer.firstMoment, whole.optimizer.firstMoment)).toBe(true)
  expect(isSame(optimizer.secondMoment, whole.optimizer.secondMoment)).toBe(true)
  expect(isSame(restored.parameters.flat, through.parameters.flat)).toBe(true)
  expect(isSame(through.parameters.flat, Parameters.from(weights).flat)).toBe(false)
})
