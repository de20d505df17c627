import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import { float32 } from '../../../../../src/core/tensor/tensor'
import { Parameters } from '../../../../../src/core/training/parameters'
import type { TrainingState } from '../../../../../src/core/training/trainer'
import type { Saved } from '../../../../../src/main/jobs/train/saved-state'
import {
  encodeCheckpoint,
  readSavedRun,
  restoreState,
  startState,
} from '../../../../../src/main/jobs/train/saved-state'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import { presets } from '../../../../../src/shared/domain/training-options'
import { uniform } from '../../../../golden/formula-weights'

const frequencies = 'prompt_encoder.pe_layer.positional_encoding_gaussian_matrix'
/** Stands beside the model, where torch does not see it. */
const redClicks = 'slicetune.negative_click.weight'
const names = [
  { name: 'image_encoder.a', shape: [2, 3] },
  { name: frequencies, shape: [2, 4] },
  { name: 'mask_decoder.b', shape: [5] },
  { name: 'mask_decoder.c', shape: [] },
  { name: redClicks, shape: [1, 4] },
]

function parameters(): Parameters {
  const all = new Parameters(names)
  all.flat.set(uniform('weights', all.flat.length))
  return all
}

const run: Saved['run'] = {
  format: 1,
  task: 'heads',
  data: { group: '^(\\d+)', axis: '2', allowSharedGroup: true },
  split: { train: ['a1', 'b2'], val: ['c3'] },
  preset: 'quick',
  recipe: presets.quick.recipe,
  base: { id: 'base', source: 'somewhere', licence: 'CC0', sha256: null },
  encoderHeads: 3,
  decoderHeads: 8,
  baseCases: [{ key: 'c3', dice: 0.1, point: null, box: 0.1 }],
  bestCases: [{ key: 'c3', dice: 0.2, point: null, box: 0.2 }],
}

/** Moments of the trained weights only, as a frozen encoder leaves them; in the middle of an epoch. */
function midState(all: Parameters, trained: readonly string[]): TrainingState {
  const state = startState(all, 1e-3)
  for (const { name, offset, size } of all.entries.filter(entry => trained.includes(entry.name))) {
    state.optimizer.firstMoment.set(uniform(`m ${name}`, size), offset)
    state.optimizer.secondMoment.set(uniform(`v ${name}`, size, { offset: 1 }), offset)
  }
  state.optimizer.step = 11
  return Object.assign(state, { epoch: 2, step: 3, lossSum: 0.1 + 0.2, sampleCount: 12, staleEpochs: 1 })
}

const saved = (state: TrainingState, all: Parameters, trainedNames: readonly string[]): Saved => ({
  parameters: all,
  trainedNames,
  state,
  preprocessing: officialPreprocessing,
  run,
  lastLoss: 0.3,
  weightDecay: 0.01,
})

const decoder = ['mask_decoder.b', 'mask_decoder.c']
const everything = ['image_encoder.a', ...decoder, redClicks]

describe('the state of a training', () => {
  test.each([
    ['a frozen encoder', decoder],
    ['everything trained', everything],
  ])('comes back bit for bit with %s: weights, moments, schedule, position', (_, trained) => {
    const all = parameters()
    const state = midState(all, trained)
    state.schedule = { learningRate: 0.9e-3, best: 0.1 + 0.7, badEpochs: 4, cooldownLeft: 1 }
    Object.assign(state, { bestDice: 1 / 3, bestLoss: 0.4, bestEpoch: 1 })

    const resumed = readSavedRun(encodeCheckpoint(saved(state, all, trained)), 'x.pth')

    const { model, beside } = resumed.checkpoint
    expect(Parameters.from(new Map([...model, ...beside])).flat.subarray(0, all.flat.length)).toEqual(
      all.flat,
    )
    expect([...model.keys()]).not.toContain(redClicks)
    expect(restoreState(resumed, all, 99)).toEqual(state)
    expect(resumed.run).toEqual({ ...run, state: expect.anything() as unknown })
    expect(resumed.checkpoint.preprocessing).toEqual(officialPreprocessing)
  })

  test('keeps a schedule that has seen no epoch, whose best is infinite', () => {
    const all = parameters()
    const state = midState(all, decoder)

    const resumed = readSavedRun(encodeCheckpoint(saved(state, all, decoder)), 'x.pth')

    expect(state.schedule.best).toBe(Infinity)
    expect(restoreState(resumed, all, 99)).toEqual(state)
  })

  test('can be saved before the first step, without moments', () => {
    const all = parameters()
    const state = startState(all, 1e-3)

    const resumed = readSavedRun(encodeCheckpoint(saved(state, all, decoder)), 'x.pth')

    expect(resumed.checkpoint.optimizer?.state.size).toBe(0)
    expect(restoreState(resumed, all, 99)).toEqual(state)
  })

  test.each([3, 400])('begins with no moments for a tensor beside the model where %d are stored', size => {
    const all = parameters()
    const state = midState(all, everything)
    const resumed = readSavedRun(encodeCheckpoint(saved(state, all, everything)), 'x.pth')
    const wrong = float32([size], uniform('wrong', size))
    const beside = new Map(resumed.checkpoint.beside)
    for (const which of ['first', 'second']) beside.set(`slicetune.moments.${which}.${redClicks}`, wrong)

    const { optimizer } = restoreState({ ...resumed, checkpoint: { ...resumed.checkpoint, beside } }, all, 99)

    const own = all.entries.find(({ name }) => name === redClicks)?.offset ?? 0
    expect([...optimizer.firstMoment.subarray(own)]).toEqual([0, 0, 0, 0])
    expect([...optimizer.secondMoment.subarray(own)]).toEqual([0, 0, 0, 0])
    expect(optimizer.firstMoment.subarray(0, own)).toEqual(state.optimizer.firstMoment.subarray(0, own))
  })

  test('gives torch the moments by the place of a parameter; a buffer has none', () => {
    const all = parameters()

    const { checkpoint } = readSavedRun(
      encodeCheckpoint(saved(midState(all, decoder), all, decoder)),
      'x.pth',
    )

    // image_encoder.a is 0, the buffer is not counted, the decoder is 1 and 2; frozen weights have no entry.
    expect([...(checkpoint.optimizer?.state.keys() ?? [])]).toEqual([1, 2])
    expect(checkpoint.optimizer?.state.get(1)?.expAvg.data).toEqual(uniform('m mask_decoder.b', 5))
    expect(checkpoint.optimizer?.paramGroups).toMatchObject([{ learningRate: 1e-3, parameters: [0, 1, 2] }])
    expect(checkpoint).toMatchObject({ epoch: 1, loss: 0.3 })
  })

  test('of a run from before corrective clicks goes on without any', () => {
    const newer = ['clickShare', 'maxClicks']
    const older = Object.fromEntries(Object.entries(run.recipe).filter(([name]) => !newer.includes(name)))
    const all = parameters()
    const bytes = encodeCheckpoint({
      ...saved(midState(all, decoder), all, decoder),
      // As an older version wrote it, which today's types do not know.
      run: { ...run, recipe: older as typeof run.recipe },
    })

    const resumed = readSavedRun(bytes, 'older.pth')

    expect(resumed.run?.recipe).toEqual({ ...older, clickShare: 0, maxClicks: 3 })
  })

  test('of a format that is not known is refused, not taken for another program’s', () => {
    const all = parameters()
    const bytes = encodeCheckpoint({
      ...saved(startState(all, 1), all, decoder),
      run: { ...run, format: 2 as never },
    })

    expect(() => readSavedRun(bytes, 'x.pth')).toThrow('x.pth holds other weights than this model needs')
  })
})

describe.each(['train_zip.pth', 'train_legacy.pth'])('the original script’s %s', name => {
  const file = new URL(`../../../../fixtures/6-checkpoint/${name}`, import.meta.url)
  const bytes = new Uint8Array(readFileSync(file))
  const stored = readTrainingCheckpoint(bytes, name)

  test('goes on with the epoch after its own, its moments and its learning rate', () => {
    const resumed = readSavedRun(bytes, name)
    const all = Parameters.from(resumed.checkpoint.model)

    const state = restoreState(resumed, all, 123)

    expect(resumed.run).toBeNull()
    expect(state).toMatchObject({
      epoch: 4,
      step: 0,
      bestDice: null,
      bestEpoch: null,
      bestLoss: 1e10,
      schedule: { learningRate: 5e-5, best: Infinity, badEpochs: 0, cooldownLeft: 0 },
    })
    expect(state.optimizer.step).toBe(2)
    const parameterNames = all.entries.filter(entry => !entry.name.includes('gaussian_matrix'))
    expect(stored.optimizer?.state.size).toBe(parameterNames.length)
    for (const [index, { expAvg, expAvgSq }] of stored.optimizer?.state ?? []) {
      const { offset = 0, size = 0 } = parameterNames[index] ?? {}
      expect(state.optimizer.firstMoment.subarray(offset, offset + size)).toEqual(expAvg.data)
      expect(state.optimizer.secondMoment.subarray(offset, offset + size)).toEqual(expAvgSq.data)
    }
  })
})
