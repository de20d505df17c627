import { afterAll, expect, test } from 'vitest'
import { configOf } from '../../../../../src/core/models/efficient-sam/config'
import { efficientSamFamily } from '../../../../../src/core/models/efficient-sam/family'
import { Parameters } from '../../../../../src/core/training/parameters'
import type { TrainingSample } from '../../../../../src/core/training/trainable'
import { TrainableModel } from '../../../../../src/core/training/trainable-model'
import { createFileCache, discoverDataset, loadSlice } from '../../../../../src/main/datasets'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { EmbeddingsCache } from '../../../../../src/main/files/embeddings-cache'
import { SampleSource } from '../../../../../src/main/jobs/train/sample-source'
import type { UsableSlice } from '../../../../../src/main/jobs/train/usable-slice'
import type { Preprocessing } from '../../../../../src/shared/domain/preprocessing'
import type { TrainingRecipe } from '../../../../../src/shared/domain/training-options'
import { recipeOf } from '../../../../../src/shared/domain/training-options'
import { formulaStateDict } from '../../../../golden/formula-weights'
import { folderWith, pngWith } from '../../support/folders'

const side = 256
const preprocessing: Preprocessing = {
  ...{ resolution: side, fit: 'pad', intensity: 'unit', mean: null, std: null, promptTokens: 6 },
}

const weights = formulaStateDict('nano')
const config = configOf(weights, 'nano', { resolution: side, encoderHeads: 2 })
const parameters = Parameters.from(weights)
const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())
/** All of it is trained: what goes into it is the picture. */
const nano = new TrainableModel(engine, efficientSamFamily(engine, { config, parameters }), parameters, {
  firstTrainedStep: 0,
  maskSide: side,
  loss: { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou: 1 } },
})

/** Slices whose picture is white where the label is, black elsewhere; wider than high. */
async function source(changes: Partial<TrainingRecipe>) {
  const rectangles = [0, 1, 2, 3, 4].map(index => [4 + index, 3, 20 + 5 * index, 12 + index] as const)
  const files = Object.fromEntries(
    rectangles.flatMap(([x0, y0, x1, y1], index) => [
      [`images/${index}.png`, pngWith(64, 32, [255, x0, y0, x1, y1])],
      [`masks/${index}.png`, pngWith(64, 32, [1, x0, y0, x1, y1])],
    ]),
  )
  const { slices } = await discoverDataset(folderWith(files))
  const usable: UsableSlice[] = []
  for (const record of slices) {
    const { labelValues } = await loadSlice(record)
    usable.push({ record, labelValues, trainableValues: labelValues })
  }
  const recipe = recipeOf('full', changes)
  const cache = new EmbeddingsCache(folderWith({}))
  const world = { recipe, preprocessing, maskSide: side, files: createFileCache(), trainable: nano, cache }
  return { samples: new SampleSource(world), usable }
}

/** Share of the square on which the picture's white and the target agree. */
function agreement({ input, target }: TrainingSample): number {
  const white = input.data.subarray(0, side * side)
  return (
    target.reduce((sum, value, pixel) => sum + Number((white[pixel] ?? 0) > 0.5 === (value === 1)), 0) /
    side ** 2
  )
}

/** Whether the first prompt slot (a point) or the first two (a box's corners) lie on the target, or around it. */
function isOnTarget({ prompt, target }: TrainingSample): boolean {
  const [x0 = 0, y0 = 0, x1 = 0, y1 = 0] = prompt.points
  const isPoint = prompt.labels[0] === 1
  const [x, y] = isPoint ? [x0, y0] : [(x0 + x1) / 2, (y0 + y1) / 2]
  return target[Math.floor(y + 2) * side + Math.floor(x + 2)] === 1
}

test('an epoch sees every slice once, in an order of its own that can be drawn again', async () => {
  const { samples } = await source({ batchSize: 2 })

  const [first, again, second] = [samples.order(0, 5), samples.order(0, 5), samples.order(1, 5)]

  expect(first.map(step => step.length)).toEqual([2, 2, 1])
  expect(first.flat().sort()).toEqual([0, 1, 2, 3, 4])
  expect(again).toEqual(first)
  expect(second).not.toEqual(first)
})

test('a sample is the same whether its batch is drawn first or last, alone or with others', async () => {
  const [one, other] = [await source({}), await source({})]

  const together = await one.samples.batch(one.usable, 3)
  await other.samples.batch(other.usable, 2)
  const alone = await other.samples.batch(other.usable.slice(4), 3)

  expect(alone.map(({ prompt, target }) => ({ prompt, target: Buffer.from(target) }))).toEqual(
    together.slice(4).map(({ prompt, target }) => ({ prompt, target: Buffer.from(target) })),
  )
})

test('picture, target and prompt are mirrored together', async () => {
  const { samples, usable } = await source({ flips: true })
  const seen = new Set<string>()

  for (let epoch = 0; epoch < 8; epoch++) {
    for (const slice of usable) seen.add(JSON.stringify((await samples.draw(slice, epoch)).flip))
    for (const sample of await samples.batch(usable, epoch)) {
      // Area and nearest resampling differ along the edges only.
      expect(agreement(sample)).toBeGreaterThan(0.97)
      expect(isOnTarget(sample)).toBe(true)
    }
  }

  expect(seen.size).toBe(4)
})

test('without flips nothing is mirrored', async () => {
  const { samples, usable } = await source({ flips: false })

  for (const slice of usable) {
    expect((await samples.draw(slice, 1)).flip).toEqual({ leftRight: false, upDown: false })
  }
})

test('only a lone point trains the best mask alone, and only where that is asked for', async () => {
  const points = async (changes: Partial<TrainingRecipe>) => {
    const { samples, usable } = await source({ clickShare: 0, ...changes })
    return (await samples.batch(usable, 0)).map(sample => sample.bestOnly)
  }

  expect(await points({ pointShare: 1, maskLoss: 'best' })).toEqual(Array(5).fill(true))
  expect(await points({ pointShare: 1, maskLoss: 'all' })).toEqual(Array(5).fill(false))
  expect(await points({ pointShare: 0, maskLoss: 'best' })).toEqual(Array(5).fill(false))
  expect(await points({ pointShare: 1, clickShare: 1, maskLoss: 'best' })).toEqual(Array(5).fill(false))
})
