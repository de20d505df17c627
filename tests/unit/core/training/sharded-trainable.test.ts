import { afterAll, describe, expect, test } from 'vitest'
import { createFamily } from '../../../../src/core/models/families'
import type { IouTarget } from '../../../../src/core/training/losses'
import type { Rank } from '../../../../src/core/training/rank'
import { ShardedTrainable } from '../../../../src/core/training/sharded-trainable'
import type { Trainable } from '../../../../src/core/training/trainable'
import { TrainableModel } from '../../../../src/core/training/trainable-model'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import {
  differenceOfMoves,
  nanoModel,
  samplesFor,
  trainedLosses,
  trainingOptions,
  worstOf,
} from './nano-training'

const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

/** Steps of nano's encoder: its stem, three blocks and the neck */
const stepCount = 5
const starts = { full: 0, balanced: 3, quick: stepCount } as const

/**
 * One model alone and as many ranks as asked, all on the same weights. The ranks work in this thread: who works where
 * does not matter to who gets what.
 */
function nano(
  start: number,
  iouTarget: IouTarget = 'per-mask',
): { alone: TrainableModel; ranksOf: (count: number) => Trainable } {
  const model = nanoModel()
  const rank = (): TrainableModel =>
    new TrainableModel(
      engine,
      createFamily(engine, model).family,
      model.parameters,
      trainingOptions(start, iouTarget),
    )
  const [alone, second, third] = [rank(), rank(), rank()] as const
  const ranksOf = (count: number): Trainable =>
    new ShardedTrainable(alone, [alone, second, third].slice(0, count), {
      seesWholeBatch: iouTarget === 'seed',
    })
  return { alone, ranksOf }
}

describe.each(Object.entries(starts))('batches shared out among ranks, preset %s', (_, start) => {
  const { alone, ranksOf } = nano(start)

  test.each([
    { ranks: 1, batch: 4 },
    { ranks: 2, batch: 4 },
    { ranks: 2, batch: 5 },
    { ranks: 3, batch: 5 },
    { ranks: 3, batch: 2 },
  ])('have the losses and gradients of the whole: $batch samples, $ranks ranks', async ({ ranks, batch }) => {
    const samples = await samplesFor(alone, batch)
    const many = ranksOf(ranks)

    const expected = await alone.computeGradients(samples)
    const gradients = alone.gradients.flat.slice()
    // Another batch before it: what it leaves behind must not be in the next one.
    await many.computeGradients(samples.slice(0, 1))
    const losses = await many.computeGradients(samples)

    for (const name of ['total', 'dice', 'crossEntropy', 'iou'] as const) {
      expect(Math.abs(losses[name] / expected[name] - 1)).toBeLessThan(2e-6)
    }
    expect(worstOf(many.gradients.flat, gradients)).toBeLessThan(2e-6)
  })

  test('train to the same losses and weights, by one, two and three ranks', async () => {
    const samples = await samplesFor(alone, 5)
    const { flat } = alone.parameters
    const start = flat.slice()
    const runs: { losses: number[]; weights: Float32Array }[] = []
    for (const model of [alone, ranksOf(2), ranksOf(3)]) {
      flat.set(start)
      runs.push({ losses: await trainedLosses(model, samples, 3), weights: flat.slice() })
    }
    flat.set(start)

    const [one = { losses: [], weights: start }, ...others] = runs
    expect(one.losses).toHaveLength(4)
    expect(one.losses[2]).not.toBe(one.losses[0])
    for (const { losses, weights } of others) {
      losses.forEach((loss, step) =>
        expect(Math.abs(loss / (one.losses[step] ?? NaN) - 1)).toBeLessThan(1e-5),
      )
      expect(differenceOfMoves(start, one.weights, weights)).toBeLessThan(1e-4)
    }
  })
})

test("the original script's IoU target sees the whole batch, whoever has which part of it", async () => {
  for (const start of [starts.full, starts.quick]) {
    const { alone, ranksOf } = nano(start, 'seed')
    const samples = await samplesFor(alone, 5)

    const expected = await alone.computeGradients(samples)
    const gradients = alone.gradients.flat.slice()
    const losses = await ranksOf(3).computeGradients(samples)
    const { iou } = await alone.computeGradients(samples.slice(0, 2))

    expect(Math.abs(losses.iou / expected.iou - 1)).toBeLessThan(2e-6)
    expect(worstOf(alone.gradients.flat, gradients)).not.toBeLessThan(2e-6)
    await ranksOf(3).computeGradients(samples)
    expect(worstOf(alone.gradients.flat, gradients)).toBeLessThan(2e-6)
    // Else the test could not tell.
    expect(Math.abs(iou / expected.iou - 1)).toBeGreaterThan(1e-3)
  }
})

test('a rank that fails fails the batch, after the others are done', async () => {
  const { alone } = nano(stepCount)
  const samples = await samplesFor(alone, 3)
  let done = false
  const failing: Rank = {
    gradients: alone.gradients,
    computeGradients: () => Promise.reject(new Error('out of memory')),
    jointIous: () => Promise.reject(new Error('not asked')),
  }
  const slow: Rank = {
    ...failing,
    computeGradients: async () => {
      await new Promise(resolve => setTimeout(resolve, 50))
      done = true
      return { total: 0, dice: 0, crossEntropy: 0, iou: 0 }
    },
  }
  const model = new ShardedTrainable(alone, [failing, slow], { seesWholeBatch: false })

  await expect(model.computeGradients(samples)).rejects.toThrow('out of memory')
  expect(done).toBe(true)
})
