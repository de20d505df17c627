import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { TrainingCheckpoint } from '../../../../src/core/checkpoint/index'
import {
  narrowed,
  readCheckpointFile,
  readTrainingCheckpoint,
  writeSafetensors,
  writeTrainingCheckpoint,
} from '../../../../src/core/checkpoint/index'
import type { Picklable } from '../../../../src/core/checkpoint/pickle-writer'
import { writeTorchZip } from '../../../../src/core/checkpoint/torch-zip-writer'
import { float32 } from '../../../../src/core/tensor/tensor'
import { officialPreprocessing } from '../../../../src/shared/domain/preprocessing'
import { formulaStateDict } from '../../../golden/formula-weights'

const fixture = (name: string) =>
  new Uint8Array(readFileSync(new URL(`../../../fixtures/6-checkpoint/${name}`, import.meta.url)))
const file = 'medsam_lite_latest.pth'

const model = formulaStateDict('pico')
const moments = { step: 7, expAvg: float32([2], [0.1, -0.2]), expAvgSq: float32([2], [1e-9, 3]) }
const group = {
  learningRate: 4.5e-5,
  betas: [0.9, 0.999],
  eps: 1e-8,
  weightDecay: 0,
  parameters: [0, 3],
} as const
const checkpoint: TrainingCheckpoint = {
  model,
  beside: new Map([['slicetune.negative_click.weight', float32([1, 2], [0.5, -1])]]),
  epoch: 3,
  optimizer: { state: new Map([[3, moments]]), paramGroups: [group] },
  loss: 1,
  bestLoss: 0.1,
  preprocessing: { ...officialPreprocessing, resolution: 256, mean: null, std: null },
  extra: {
    scheduler: { best: 0.25, waited: 2 },
    labels: ['Kopf', '頭'],
    bestDice: null,
    full: true,
    big: 2 ** 40,
  },
}

describe('a training checkpoint', () => {
  it('comes back as it was written', () => {
    expect(readTrainingCheckpoint(writeTrainingCheckpoint(checkpoint), file)).toEqual(checkpoint)
  })

  it('keeps our own data beside the model, under the names of the original script', () => {
    const value = readCheckpointFile(writeTrainingCheckpoint(checkpoint), file) as Map<string, unknown>

    const own = ['preprocessing', 'slicetune', 'slicetune_tensors']
    expect([...value.keys()]).toEqual(['model', 'epoch', 'optimizer', 'loss', 'best_loss', ...own])
    expect([...(value.get('model') as Map<string, unknown>).keys()]).toEqual([...model.keys()])
  })

  it('finds what stands beside the model by its name in a safetensors file', () => {
    const bytes = writeSafetensors({ tensors: new Map([...model, ...checkpoint.beside]), metadata: {} })

    const read = readTrainingCheckpoint(bytes, 'a.safetensors')

    expect([...read.model.keys()].sort()).toEqual([...model.keys()].sort())
    expect(read.beside).toEqual(checkpoint.beside)
  })

  it('is the same bytes each time', () => {
    expect(writeTrainingCheckpoint(checkpoint)).toEqual(writeTrainingCheckpoint(checkpoint))
  })

  it('keeps any numbers', () => {
    const numbers = fc.record({ epoch: fc.nat(), loss: fc.double(), bestLoss: fc.double() })
    fc.assert(
      fc.property(numbers, fc.float32Array(), (values, weights) => {
        const written = {
          ...checkpoint,
          ...values,
          model: new Map([['w', float32([weights.length], weights)]]),
        }
        expect(readTrainingCheckpoint(writeTrainingCheckpoint(written), file)).toEqual(written)
      }),
      { numRuns: 50 },
    )
  })

  it('refuses to store what it could not read again', () => {
    expect(() => writeTrainingCheckpoint({ ...checkpoint, extra: { best: Infinity } })).toThrow()
  })

  it.each(['train_zip.pth', 'train_legacy.pth'])('of the original script is read from %s', name => {
    const read = readTrainingCheckpoint(fixture(name), name)

    expect(read).toMatchObject({
      epoch: 3,
      loss: 1.4263871908187866,
      bestLoss: 1e10,
      preprocessing: null,
      extra: {},
    })
    expect(read.model.size).toBe(146)
    expect(read.optimizer?.state.size).toBe(145)
    expect(read.optimizer?.state.get(0)).toMatchObject({ step: 2, expAvg: { shape: [1, 197, 16] } })
    expect(read.optimizer?.paramGroups).toMatchObject([
      { learningRate: 5e-5, betas: [0.9, 0.999], weightDecay: 0.01 },
    ])
  })

  it.each(['multi_gpu_numpy_scalar_zip.pth', 'multi_gpu_numpy1_scalar_zip.pth'])(
    'of several GPUs: %s',
    name => {
      expect(readTrainingCheckpoint(fixture(name), name)).toMatchObject({
        epoch: 1,
        loss: 0.625,
        bestLoss: 0.5,
        optimizer: { paramGroups: [{ learningRate: 4.5e-5 }] },
      })
    },
  )

  it('of DistributedDataParallel loses the prefix of its names', () => {
    const wrapped = new Map([...model].map(([name, weights]) => [`module.${name}`, weights]))

    const read = readTrainingCheckpoint(writeTorchZip(new Map([['model', wrapped]])), file)

    expect(read.model).toEqual(model)
  })

  it('may be weights only: official, a bare state dict, or safetensors in halves', () => {
    const preprocessing = JSON.stringify(officialPreprocessing)
    const halves = writeSafetensors({ tensors: narrowed(model), metadata: { preprocessing } })

    const official = readTrainingCheckpoint(fixture('official_style_zip.pt'), 'official_style_zip.pt')
    const bare = readTrainingCheckpoint(writeTorchZip(model), file)
    const half = readTrainingCheckpoint(halves, 'a.safetensors')

    expect(official).toMatchObject({ epoch: null, optimizer: null, loss: null, preprocessing: null })
    expect(official.model).toEqual(model)
    expect(bare.model).toEqual(model)
    expect(half.preprocessing).toEqual(officialPreprocessing)
    expect([...half.model.keys()]).toEqual([...model.keys()])
    for (const [name, weights] of model) {
      const largest = half.model
        .get(name)
        ?.data.reduce((most, w, i) => Math.max(most, Math.abs(w - (weights.data[i] ?? NaN))), 0)
      expect(largest, name).toBeLessThan(2 ** -11 * 1.2) // half a step of float16 below 1.2
    }
  })

  it.each(['torch', 'safetensors'])('in a Buffer at any place shares no memory with it: %s', kind => {
    const weights = new Map([['w', float32([3], [1, 2, 3])]])
    const written =
      kind === 'torch' ? writeTorchZip(weights) : writeSafetensors({ tensors: weights, metadata: {} })
    // Node's Buffer overrides slice() with one that does not copy.
    const buffer = Buffer.alloc(written.length + 1).subarray(1)
    buffer.set(written)

    const read = readTrainingCheckpoint(buffer, file)
    buffer.fill(255)

    expect(read.model).toEqual(weights)
  })

  it('without weights is refused', () => {
    for (const value of [
      new Map([['epoch', 1]]),
      new Map([['model', new Map([['w', 'x']])]]),
      float32([1], [1]),
    ]) {
      expect(() => readTrainingCheckpoint(writeTorchZip(value), file)).toThrow(
        /medsam_lite_latest\.pth is not a checkpoint/,
      )
    }
  })

  it('with preprocessing that makes no sense is refused, not guessed', () => {
    const broken = new Map([['resolution', 17]])

    expect(() =>
      readTrainingCheckpoint(
        writeTorchZip(
          new Map<string, Picklable>([
            ['model', model],
            ['preprocessing', broken],
          ]),
        ),
        file,
      ),
    ).toThrow(/preprocessing stored in it cannot be read/)
  })
})
