import { afterAll, describe, expect, test } from 'vitest'
import type { Model } from '../../../../src/core/models/families'
import { createFamily } from '../../../../src/core/models/families'
import { ShardedTrainable } from '../../../../src/core/training/sharded-trainable'
import { TrainableModel } from '../../../../src/core/training/trainable-model'
import { OnnxRuntimeEngine } from '../../../../src/main/engines/onnxruntime/engine'
import type { StartedRank } from '../../../../src/main/workers/engine-access'
import { startRanks } from '../../../../src/main/workers/start-ranks'
import {
  differenceOfMoves,
  nanoModel,
  sampleOf,
  samplesFor,
  trainedLosses,
  trainingOptions,
} from '../../core/training/nano-training'
import { createGradientWorker, threadOf } from '../support/gradient-threads'

const engine = new OnnxRuntimeEngine({ threads: 1 })
afterAll(() => engine.dispose())

const quick = 5

function started(model: Model, count: number, createWorker = createGradientWorker): StartedRank[] {
  return startRanks(createWorker, { model, options: trainingOptions(quick), count, threads: 1 })
}

function leadOf(model: Model, [first]: readonly StartedRank[]): TrainableModel {
  return new TrainableModel(engine, createFamily(engine, model).family, model.parameters, {
    ...trainingOptions(quick),
    ...(first ? { gradients: first.gradients } : {}),
  })
}

/** Two epochs by so many threads (none: alone); the threads are gone when it is done. */
async function trained(count: number): Promise<{ losses: number[]; weights: Float32Array }> {
  const model = nanoModel()
  const ranks = count > 0 ? started(model, count) : []
  const lead = leadOf(model, ranks)
  const trainable = count > 0 ? new ShardedTrainable(lead, ranks, { seesWholeBatch: false }) : lead
  const losses = await trainedLosses(trainable, await samplesFor(lead, 5), 3)
  await Promise.all(ranks.map(rank => rank.dispose()))
  return { losses, weights: model.parameters.flat }
}

test('threads on shared weights train as one model does, and to the same bits every time', async () => {
  const start = nanoModel().parameters.flat
  const [one, two, again] = [await trained(0), await trained(2), await trained(2)]

  two.losses.forEach((loss, step) =>
    expect(Math.abs(loss / (one.losses[step] ?? NaN) - 1)).toBeLessThan(1e-5),
  )
  expect(two.losses).toHaveLength(4)
  expect(differenceOfMoves(start, one.weights, two.weights)).toBeLessThan(1e-4)
  expect(again.losses).toEqual(two.losses)
  expect(differenceOfMoves(start, two.weights, again.weights)).toBe(0)
})

describe('a thread that fails', () => {
  const batch = [sampleOf(0), sampleOf(1)]
  const whole = { samples: 2, jointIous: null }

  test.each([
    ['rank-throws.ts', 'no room for 402 MB'],
    ['rank-exits.ts', 'its thread ended with code 7'],
  ])('says which one it is and what to do: %s', async (file, reason) => {
    const [rank] = started(nanoModel(), 1, threadOf(`tests/unit/main/workers/threads/${file}`))

    const asked = [rank?.computeGradients(batch, whole), rank?.jointIous(batch)]

    for (const answer of asked) {
      await expect(answer).rejects.toMatchObject({
        ...{ name: 'AppError', code: 'WORKER_FAILED', exitCode: 3 },
        data: { worker: 1, workers: 1, reason: expect.stringContaining(reason) as string },
        message: expect.stringContaining('--resume') as string,
      })
    }
    // Nobody is there any more: asking again says so, and letting it go does not wait for ever.
    await expect(rank?.computeGradients(batch, whole)).rejects.toMatchObject({ code: 'WORKER_FAILED' })
    await rank?.dispose()
  })

  test('with an error that has a code gives that error, and goes on answering', async () => {
    const [rank] = started(nanoModel(), 1, threadOf('tests/unit/main/workers/threads/rank-refuses.ts'))

    const answers = [1, 2, 3].map(() => rank?.computeGradients(batch, whole))

    await expect(answers[0]).resolves.toMatchObject({ total: 1 })
    await expect(answers[1]).rejects.toMatchObject({ code: 'DISK_FULL', data: { file: 'a.pth' } })
    await expect(answers[2]).resolves.toMatchObject({ total: 3 })
    await rank?.dispose()
  })

  test('leaves the batch to fail, and the others to end by themselves', async () => {
    const model = nanoModel()
    const good = started(model, 1)
    const [bad] = started(model, 1, threadOf('tests/unit/main/workers/threads/rank-throws.ts'))
    const lead = leadOf(model, good)
    const ranks = [...good, ...(bad ? [bad] : [])]
    const trainable = new ShardedTrainable(lead, ranks, { seesWholeBatch: false })

    const failing = trainable.computeGradients(await samplesFor(lead, 2))

    await expect(failing).rejects.toMatchObject({ code: 'WORKER_FAILED' })
    await Promise.all(ranks.map(rank => rank.dispose()))
  })
})
