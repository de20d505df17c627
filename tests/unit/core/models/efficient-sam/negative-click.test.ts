import { afterAll, describe, expect, test } from 'vitest'
import { sliceGeometry } from '../../../../../src/core/imaging/geometry'
import { configOf } from '../../../../../src/core/models/efficient-sam/config'
import { decoderGraph } from '../../../../../src/core/models/efficient-sam/decoder-graphs'
import { efficientSamFamily } from '../../../../../src/core/models/efficient-sam/family'
import {
  negativeClickName,
  withNegativeClicks,
} from '../../../../../src/core/models/efficient-sam/negative-click'
import type { EfficientSam } from '../../../../../src/core/models/efficient-sam/segmenter'
import { random } from '../../../../../src/core/random'
import { float32 } from '../../../../../src/core/tensor/tensor'
import { Parameters } from '../../../../../src/core/training/parameters'
import { TrainableModel } from '../../../../../src/core/training/trainable-model'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import type { Prompt, PromptPoint } from '../../../../../src/shared/domain/prompt'
import { discMask, formulaStateDict } from '../../../../golden/formula-weights'

const side = 64
const preprocessing = { ...officialPreprocessing, resolution: side }
const weights = formulaStateDict('pico')
const config = configOf(weights, 'pico', { resolution: side, encoderHeads: 2, decoderHeads: 2 })
const official = (): EfficientSam => ({ config, parameters: Parameters.from(weights), preprocessing })
const geometry = sliceGeometry(side, side, preprocessing)
const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

const generator = random(1, 'embedding')
const cells = (side / 16) ** 2
const embedding = float32(
  [1, config.decoderDim, side / 16, side / 16],
  Float32Array.from({ length: config.decoderDim * cells }, () => generator.uniform() - 0.5),
)
const pointVector = 'prompt_encoder.point_embeddings.weight'
const box = { x0: 8, y0: 10, x1: 50, y1: 60 }
const click = (sign: PromptPoint['sign'], x = 30): PromptPoint => ({ x, y: 20, sign })

/** Frozen encoder: samples come with their embedding. */
function trainable(model: EfficientSam, iou = 1): TrainableModel {
  const family = efficientSamFamily(engine, model)
  return new TrainableModel(engine, family, model.parameters, {
    firstTrainedStep: family.encoder.stepCount,
    maskSide: side,
    loss: { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou } },
  })
}

const sampleOf = (model: TrainableModel, prompt: Prompt) => ({
  ...{ prompt: model.tokensOf(prompt, geometry), target: discMask(side, side, 3), bestOnly: false },
  ...{ input: embedding, embedding },
})

/** Largest difference of two arrays. */
const distance = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
  Array.from(a).reduce((most, value, index) => Math.max(most, Math.abs(value - (b[index] ?? NaN))), 0)

describe('the vector of negative clicks', () => {
  test('begins as the opposite of a green click’s, and as what was trained where there is such', () => {
    const green = weights.get(pointVector)
    const trained = float32([1, config.decoderDim], new Float32Array(config.decoderDim).fill(0.25))

    const [fresh, again] = [withNegativeClicks(official()), withNegativeClicks(official(), trained)]

    expect(fresh.parameters.get(negativeClickName)).toMatchObject({
      shape: [1, config.decoderDim],
      data: green?.data.map(value => -value),
    })
    expect(again.parameters.get(negativeClickName).data).toEqual(trained.data)
  })

  test('is the same to the decoder as any other vector of the same numbers', async () => {
    const vector = float32([1, config.decoderDim], weights.get(pointVector)?.data ?? new Float32Array())
    const model = trainable(withNegativeClicks(official(), vector))
    const [red, green] = [
      sampleOf(model, { box, points: [click('negative')] }),
      sampleOf(model, { box, points: [click('positive')] }),
    ]

    const one = await model.judge([red])
    const other = await model.judge([green])
    await model.computeGradients([red])
    const [ofRed, besideRed] = [negativeClickName, pointVector].map(name =>
      model.gradients.get(name).data.slice(),
    )
    await model.computeGradients([green])
    const [besideGreen, ofGreen] = [negativeClickName, pointVector].map(name =>
      model.gradients.get(name).data.slice(),
    )

    expect(one.answers[0]?.lowRes.data).toEqual(other.answers[0]?.lowRes.data)
    // The gradient of the green click's vector is pinned by the goldens.
    expect(Math.max(...(ofGreen ?? []).map(Math.abs))).toBeGreaterThan(1e-4)
    expect(distance(ofRed ?? [], ofGreen ?? [])).toBeLessThan(1e-7)
    expect(besideRed).toEqual(new Float32Array(config.decoderDim))
    expect(besideGreen).toEqual(new Float32Array(config.decoderDim))
  })

  test('has the gradient of the loss, by central differences', async () => {
    // Without the IoU, whose target jumps when a pixel changes sides.
    const model = trainable(withNegativeClicks(official()), 0)
    const sample = sampleOf(model, { box, points: [click('negative'), click('negative', 44)] })
    await model.computeGradients([sample])
    const gradient = model.gradients.get(negativeClickName).data.slice()
    const vector = model.parameters.get(negativeClickName).data
    const start = vector.slice()
    const h = 1 / 64
    const measured = []
    for (let i = 0; i < vector.length; i++) {
      const losses = []
      for (const step of [h, -h]) {
        vector[i] = (start[i] ?? NaN) + step
        losses.push((await model.judge([sample])).losses.total)
      }
      vector[i] = start[i] ?? NaN
      measured.push(((losses[0] ?? NaN) - (losses[1] ?? NaN)) / (2 * h))
    }

    const largest = Math.max(...gradient.map(Math.abs))
    expect(largest).toBeGreaterThan(1e-4)
    // Float32 losses of size 1 over steps of 1/64: errors of about 1e-5 each.
    expect(distance(gradient, measured)).toBeLessThan(2e-5 + 0.02 * largest)
  })

  test('is in no graph of a model that has none', () => {
    const batch = { images: 1, queriesPerImage: 1, tokens: 6 }
    const inputs = (model: EfficientSam) => decoderGraph(model.config, batch).inputs

    const [without, withIt] = [inputs(official()), inputs(withNegativeClicks(official()))]

    expect(without.find(({ name }) => name === 'labels')?.value.shape).toEqual([1, 6, 4])
    expect(withIt.find(({ name }) => name === 'labels')?.value.shape).toEqual([1, 6, 5])
    expect(withIt.map(({ name }) => name).filter(name => !without.some(one => one.name === name))).toEqual([
      negativeClickName,
    ])
  })

  test('leaves names, order and numbers of the official weights alone', () => {
    const { parameters } = withNegativeClicks(official())

    const names = parameters.entries.map(({ name }) => name)
    expect(names).toEqual([...weights.keys(), negativeClickName])
    for (const [name, { data }] of weights) expect(parameters.get(name).data).toEqual(data)
  })

  test('is trained for as many clicks as there are: none is dropped', () => {
    const model = efficientSamFamily(engine, withNegativeClicks(official()))
    const points = Array.from({ length: 20 }, (_, i) => click(i % 2 === 0 ? 'negative' : 'positive', i))

    const tokens = model.tokensOf({ box, points }, geometry)
    const { labels, points: places } = model.promptInputs([tokens])

    expect(model.kindOf(tokens)).toBe('22 tokens')
    expect([...tokens.labels]).toEqual([2, 3, ...points.map(({ sign }) => Number(sign === 'positive'))])
    expect(places?.shape).toEqual([1, 22, 2])
    const rows = Array.from({ length: 22 }, (_, row) => [...(labels?.data.slice(5 * row, 5 * row + 5) ?? [])])
    expect(rows.map(row => row.indexOf(1))).toEqual([2, 3, ...points.map((_, i) => (i % 2 === 0 ? 4 : 1))])
  })
})
