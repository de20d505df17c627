import { afterAll, describe, expect, test } from 'vitest'
import { withNegativeClicks } from '../../../../../src/core/models/efficient-sam/negative-click'
import { configOf } from '../../../../../src/core/models/efficient-sam/config'
import { efficientSamFamily } from '../../../../../src/core/models/efficient-sam/family'
import { candidatesOf, proposalOf } from '../../../../../src/core/models/proposal'
import { Parameters } from '../../../../../src/core/training/parameters'
import { TrainableModel } from '../../../../../src/core/training/trainable-model'
import { createFileCache, discoverDataset, loadSlice } from '../../../../../src/main/datasets'
import { OnnxRuntimeEngine } from '../../../../../src/main/engines/onnxruntime/engine'
import { EmbeddingsCache } from '../../../../../src/main/files/embeddings-cache'
import { correctedPrompt } from '../../../../../src/main/jobs/train/corrected-prompt'
import { SampleSource } from '../../../../../src/main/jobs/train/sample-source'
import { maskSideOf, targetOf } from '../../../../../src/main/jobs/train/training-object'
import type { UsableSlice } from '../../../../../src/main/jobs/train/usable-slice'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import type { Prompt } from '../../../../../src/shared/domain/prompt'
import type { TrainingRecipe } from '../../../../../src/shared/domain/training-options'
import { recipeOf } from '../../../../../src/shared/domain/training-options'
import { formulaStateDict } from '../../../../golden/formula-weights'
import { folderWith, pngWith } from '../../support/folders'

const side = 64
const maskSide = maskSideOf(side)
const [height, width] = [32, 64]
const preprocessing = { ...officialPreprocessing, resolution: side, fit: 'pad' } as const
const weights = formulaStateDict('pico')
const config = configOf(weights, 'pico', { resolution: side, encoderHeads: 2, decoderHeads: 2 })
const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

/** Weights by a formula, which make mistakes everywhere; a trained encoder, so that nothing is stored. */
function picoModel(): TrainableModel {
  const model = withNegativeClicks({ config, parameters: Parameters.from(weights), preprocessing })
  return new TrainableModel(engine, efficientSamFamily(engine, model), model.parameters, {
    firstTrainedStep: 0,
    maskSide,
    loss: { iouTarget: 'per-mask', weights: { dice: 1, crossEntropy: 1, iou: 1 } },
  })
}

/** Slices with a rectangle each, wider than high, so that the square has padding below. */
async function source(changes: Partial<TrainingRecipe> = {}, trainable = picoModel()) {
  const rectangles = [0, 1, 2, 3, 4, 5].map(i => [4 + 6 * i, 3, 20 + 7 * i, 12 + 3 * i] as const)
  const files = Object.fromEntries(
    rectangles.flatMap(([x0, y0, x1, y1], index) => [
      [`images/${index}.png`, pngWith(width, height, [255, x0, y0, x1, y1])],
      [`masks/${index}.png`, pngWith(width, height, [1, x0, y0, x1, y1])],
    ]),
  )
  const { slices } = await discoverDataset(folderWith(files))
  const usable: UsableSlice[] = []
  for (const record of slices) {
    const { labelValues } = await loadSlice(record)
    usable.push({ record, labelValues, trainableValues: labelValues })
  }
  const recipe = recipeOf('full', { clickShare: 1, maxClicks: 4, ...changes })
  const cache = new EmbeddingsCache(folderWith({}))
  const world = { recipe, preprocessing, maskSide, files: createFileCache(), trainable, cache }
  return { samples: new SampleSource(world), usable, world }
}

type Source = Awaited<ReturnType<typeof source>>

/** What each slice is asked in an epoch, with what the answer to it is compared. */
async function corrected({ samples, usable, world }: Source, epoch: number) {
  const found = []
  for (const slice of usable) {
    const drawn = await samples.draw(slice, epoch)
    const input = await samples.input(slice, drawn.flip)
    found.push({ drawn, input, prompt: await correctedPrompt(drawn, input, world) })
  }
  return found
}

/** The answer at the slice's size, by the path that users get, without what is done about red clicks. */
async function answerTo(trainable: TrainableModel, prompt: Prompt, { drawn, input }: Corrected) {
  const asked = { prompt: trainable.tokensOf(prompt, drawn.geometry), bestOnly: false }
  const target = targetOf(drawn.object, maskSide)
  const { answers } = await trainable.judge([{ ...asked, target, embedding: await trainable.embed(input) }])
  const candidates = candidatesOf(
    answers[0]?.lowRes.data ?? new Float32Array(),
    answers[0]?.predictedIou.data ?? [],
  )
  return proposalOf(candidates, drawn.geometry).mask.data
}
type Corrected = Awaited<ReturnType<typeof corrected>>[number]

/** Logits are linear in what these layers give. */
function invertMasks({ parameters }: TrainableModel): void {
  for (const { name } of parameters.entries) {
    if (!/output_hypernetworks_mlps\.\d\.fc/.test(name)) continue
    const { data } = parameters.get(name)
    data.forEach((value, index) => (data[index] = -value))
  }
}

describe('corrective clicks', () => {
  test('lie on the slice, green on the object and red beside it, each where the answer before it was wrong', async () => {
    const here = await source()
    const { trainable } = here.world
    const signs = { positive: 0, negative: 0 }
    let [onError, all] = [0, 0]

    for (const epoch of [0, 1, 2]) {
      // Every other time all that was covered is not, and the other way round.
      if (epoch > 0) invertMasks(trainable)
      for (const one of await corrected(here, epoch)) {
        const { prompt, drawn } = one
        const target = targetOf(drawn.object, maskSide)
        const given = drawn.prompt.points.length
        expect(prompt.box).toEqual(drawn.prompt.box)
        expect(prompt.points.slice(0, given)).toEqual(drawn.prompt.points)
        for (const [index, { x, y, sign }] of prompt.points.slice(given).entries()) {
          expect(
            Number.isInteger(x) && x >= 0 && x < width && Number.isInteger(y) && y >= 0 && y < height,
          ).toBe(true)
          // One pixel of the slice is four of the target a side.
          expect(target[(4 * y + 2) * maskSide + 4 * x + 2]).toBe(sign === 'positive' ? 1 : 0)
          const before = { box: prompt.box, points: prompt.points.slice(0, given + index) }
          const answer = await answerTo(trainable, before, one)
          onError += Number(answer[y * width + x] === (sign === 'positive' ? 0 : 1))
          all++
          signs[sign]++
        }
      }
    }

    expect(Math.min(signs.positive, signs.negative)).toBeGreaterThan(3)
    // The answer at the slice's size is interpolated otherwise than at the target's: rims differ.
    expect(onError / all).toBeGreaterThan(0.9)
  })

  test('are as many as were drawn, one to the most, while there are errors', async () => {
    const counts = new Set<number>()
    const here = await source()

    for (const epoch of [0, 1, 2]) {
      for (const { drawn, prompt } of await corrected(here, epoch)) {
        expect(prompt.points.length - drawn.prompt.points.length).toBe(drawn.corrections)
        counts.add(drawn.corrections)
      }
    }

    expect([...counts].sort()).toEqual([1, 2, 3, 4])
  })

  test('follow the share of prompts that was asked for, and change nothing else that is drawn', async () => {
    const [none, some, all] = await Promise.all([
      source({ clickShare: 0 }),
      source({ clickShare: 0.5 }),
      source({ clickShare: 1 }),
    ])
    const draws = async ({ samples, usable }: Source) => {
      const found = []
      for (let epoch = 0; epoch < 40; epoch++)
        for (const slice of usable) found.push(await samples.draw(slice, epoch))
      return found
    }
    const [without, half, every] = [await draws(none), await draws(some), await draws(all)]

    expect(without.every(({ corrections }) => corrections === 0)).toBe(true)
    expect(every.every(({ corrections }) => corrections > 0)).toBe(true)
    // Of 240 draws the standard error is 0.032: three of them on either side.
    expect(
      Math.abs(half.filter(({ corrections }) => corrections > 0).length / half.length - 0.5),
    ).toBeLessThan(0.1)
    const prompts = (drawn: typeof without) => drawn.map(({ prompt, flip }) => ({ prompt, flip }))
    expect(prompts(half)).toEqual(prompts(without))
    expect(prompts(every)).toEqual(prompts(without))
  })

  test('are the same whenever a sample is drawn, alone or with others, by the same weights', async () => {
    const [one, other] = [await source(), await source()]

    const together = await one.samples.batch(one.usable, 3)
    await other.samples.batch(other.usable, 2)
    const alone = await other.samples.batch(other.usable.slice(4), 3)

    expect(alone.map(({ prompt }) => prompt)).toEqual(together.slice(4).map(({ prompt }) => prompt))
    expect(
      alone.every(({ prompt }) => prompt.labels.some((label, i) => i > 0 && label < 2 && label >= 0)),
    ).toBe(true)
  })

  test('are other ones when the weights have changed', async () => {
    const here = await source()
    const before = await corrected(here, 0)
    invertMasks(here.world.trainable)

    const after = await corrected(here, 0)

    expect(after.map(({ prompt }) => prompt)).not.toEqual(before.map(({ prompt }) => prompt))
    expect(after.map(({ drawn }) => drawn.prompt)).toEqual(before.map(({ drawn }) => drawn.prompt))
  })
})
