import { afterAll, describe, expect, test } from 'vitest'
import type { Float32Tensor } from '../../../../src/core/engine'
import { isBuffer } from '../../../../src/core/models/buffers'
import { encoderPieces } from '../../../../src/core/models/medsam-lite/encoder-pieces'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import { balancedSteps, families, prompts, sampleFor, side, smallModel, trainedPart } from './either-family'
import { smallConfig } from '../models/medsam-lite/small-model'

const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

/** What goes into the first trained step: EfficientSAM's tokens, or MedSAM-Lite's at the end of a stage. */
const storedShapes = {
  'efficient-sam': [(side / 16) ** 2, 64],
  'medsam-lite': encoderPieces({ ...smallConfig, resolution: side }).at(-balancedSteps)?.inputShape,
} as const

/** Bytes of a tensor, which are compared exactly. */
const bytes = ({ data }: Float32Tensor) => Buffer.from(data.buffer, data.byteOffset, data.byteLength)

describe.each(families)('preset balanced of a small %s', name => {
  const whole = trainedPart(engine, smallModel(name), Infinity)
  const last = trainedPart(engine, smallModel(name), balancedSteps)
  const { stepCount, firstTrainedStep } = last

  test('stores what goes into its first trained step, and trains that step and all behind it', async () => {
    const { input } = await sampleFor(last.model, prompts.box, { seed: 1 })

    expect(last.model.frozen).toBe('part')
    expect([firstTrainedStep > 0, stepCount - firstTrainedStep]).toEqual([true, balancedSteps])
    expect(input.shape).toEqual(storedShapes[name])
    const frozen = whole.model.trainedNames.filter(one => !last.model.trainedNames.includes(one))
    expect(frozen.length).toBeGreaterThan(0)
    expect(frozen.every(one => one.startsWith('image_encoder.'))).toBe(true)
    expect(last.model.trainedNames).toContain('image_encoder.neck.0.weight')
    expect(last.model.trainedNames).toContain('mask_decoder.mask_tokens.weight')
  })

  test('leaves all of the encoder to be trained by full, and none of it by quick', () => {
    const ofEncoder = (all: readonly string[]) => all.filter(one => one.startsWith('image_encoder.'))
    const weights = whole.model.parameters.entries.map(entry => entry.name).filter(one => !isBuffer(one))

    const quick = trainedPart(engine, smallModel(name), 0)

    expect(ofEncoder(quick.model.trainedNames)).toEqual([])
    expect(ofEncoder(whole.model.trainedNames)).toEqual(ofEncoder(weights))
  })

  test('has the very gradients of full for what it trains', async () => {
    const batch = (part: typeof whole) =>
      Promise.all([prompts.box, prompts.point].map((prompt, seed) => sampleFor(part.model, prompt, { seed })))

    const losses = await whole.model.computeGradients(await batch(whole))
    const same = await last.model.computeGradients(await batch(last))

    expect(same).toEqual(losses)
    for (const trained of last.model.trainedNames) {
      const [ours, theirs] = [last.model.gradients.get(trained), whole.model.gradients.get(trained)]
      expect(bytes(ours).equals(bytes(theirs)), trained).toBe(true)
    }
    expect(whole.model.gradients.get('image_encoder.neck.0.weight').data.some(value => value !== 0)).toBe(
      true,
    )
  })
})

describe.each(families)('a batch of boxes and points, on a small %s', name => {
  test.each([
    ['quick', 0],
    ['full', Infinity],
  ] as const)('has the mean of their gradients, preset %s', async (_, trainedSteps) => {
    const { model } = trainedPart(engine, smallModel(name), trainedSteps)
    const samples = [
      await sampleFor(model, prompts.box, { seed: 1 }),
      await sampleFor(model, prompts.point, { seed: 2, bestOnly: true }),
      await sampleFor(model, prompts.boxAndClick, { seed: 3 }),
      await sampleFor(model, prompts.box, { seed: 4 }),
    ]
    const mean = new Float64Array(model.parameters.flat.length)
    let loss = 0
    for (const sample of samples) {
      loss += (await model.computeGradients([sample])).total / samples.length
      model.gradients.flat.forEach((value, index) => (mean[index]! += value / samples.length))
    }

    const { total } = await model.computeGradients(samples)

    expect(total).toBeCloseTo(loss, 5)
    let [worst, largest] = [0, 0]
    model.gradients.flat.forEach((value, index) => {
      worst = Math.max(worst, Math.abs(value - mean[index]!))
      largest = Math.max(largest, Math.abs(mean[index]!))
    })
    expect(worst).toBeLessThan(1e-5 * largest)
  })

  test('leaves nothing of the batch before in weights that this one does not reach', async () => {
    const { model } = trainedPart(engine, smallModel(name), 0)
    const point = 'prompt_encoder.point_embeddings'
    const [positive] = model.trainedNames.filter(one =>
      one.startsWith(name === 'medsam-lite' ? `${point}.1` : point),
    )
    const gradient = () => model.gradients.get(positive ?? '').data.some(value => value !== 0)

    await model.computeGradients([await sampleFor(model, prompts.point, { seed: 1 })])
    const withPoint = gradient()
    await model.computeGradients([await sampleFor(model, prompts.box, { seed: 1 })])

    expect([withPoint, gradient()]).toEqual([true, false])
  })
})

test('attention biases learn, and the statistics of batch norm stay as they are', async () => {
  const { model } = trainedPart(engine, smallModel('medsam-lite'), Infinity)
  const biases = model.trainedNames.filter(name => name.endsWith('attention_biases'))
  const statistics = model.parameters.entries.filter(({ name }) => name.includes('.running_'))

  await model.computeGradients([await sampleFor(model, prompts.box, { seed: 1 })])

  expect(biases).toHaveLength(smallConfig.stages.slice(1).reduce((sum, { depth }) => sum + depth, 0))
  for (const name of biases)
    expect(
      model.gradients.get(name).data.some(value => value !== 0),
      name,
    ).toBe(true)
  expect(statistics.length).toBeGreaterThan(0)
  expect(statistics.some(({ name }) => model.trainedNames.includes(name))).toBe(false)
})
