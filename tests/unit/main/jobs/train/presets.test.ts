import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readTrainingCheckpoint, writeTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import type { StateDict } from '../../../../../src/core/tensor/state-dict'
import { epochLines } from '../../../../../src/main/jobs/train/epoch-line'
import { readSavedRun, restoreState } from '../../../../../src/main/jobs/train/saved-state'
import { openModel } from '../../../../../src/main/models/open-model'
import { officialPreprocessing } from '../../../../../src/shared/domain/preprocessing'
import type { Preset } from '../../../../../src/shared/domain/training-options'
import { smallWeights } from '../../../core/models/medsam-lite/small-model'
import { discFiles } from '../../support/disc-slices'
import { folderWith } from '../../support/folders'
import { smallCheckpoints } from '../../support/small-checkpoints'
import { noticesOf, runTrain, stepsOf, TrainReport } from './run-train'

type Family = keyof typeof smallCheckpoints
const presets = ['quick', 'balanced', 'full', 'seed'] as const satisfies readonly Preset[]

function start(family: Family) {
  const data = folderWith({
    ...{ ...discFiles(4, 'train/'), ...discFiles(2, 'val/', 10) },
    'base.pth': smallCheckpoints[family](),
  })
  return { data, model: join(data, 'base.pth'), out: join(data, 'runs') }
}

const modelIn = (file: string): StateDict => readTrainingCheckpoint(readFileSync(file), file).model

/** Names of weights that are no longer what they were. */
function moved(base: StateDict, tuned: StateDict): string[] {
  expect([...tuned.keys()]).toEqual([...base.keys()])
  return [...base].flatMap(([name, { data }]) =>
    data.every((value, index) => value === tuned.get(name)?.data[index]) ? [] : [name],
  )
}

/** Weights at the start, before the end, and at the end of the encoder */
const places = {
  'efficient-sam': ['patch_embed.proj.weight', 'blocks.2.mlp.fc1.weight', 'neck.0.weight'],
  'medsam-lite': ['patch_embed.seq.0.c.weight', 'layers.2.blocks.0.mlp.fc1.weight', 'neck.0.weight'],
} as const satisfies Record<Family, readonly string[]>

describe.each(['efficient-sam', 'medsam-lite'] as const)('a small %s', family => {
  test.each(presets)('is trained as far as preset %s goes, and stays a file of its family', async preset => {
    const { data, model, out } = start(family)

    const { events, error } = await runTrain({ data, model, out, preset })

    expect(error).toBeNull()
    const { folder, epochs } = TrainReport.parse(events.at(-1))
    expect(epochs).toBe(2)
    const latest = join(folder, 'medsam_lite_latest.pth')
    const changed = moved(modelIn(model), modelIn(latest))
    const [early, late, neck] = places[family].map(name => changed.includes(`image_encoder.${name}`))
    const encoder = { quick: [false, false, false], balanced: [false, true, true] } as const
    expect([early, late, neck]).toEqual(
      preset === 'quick' || preset === 'balanced' ? encoder[preset] : [true, true, true],
    )
    expect(changed.some(name => name.startsWith('mask_decoder.'))).toBe(true)
    expect(changed.some(name => name.includes('running_'))).toBe(false)
    const tuned = (await openModel(latest)).model
    expect(tuned.family).toBe(family)
    if (tuned.family === 'medsam-lite') expect(tuned.knowsClicks).toBe(preset !== 'seed')
  })
})

describe('preset seed', () => {
  test('keeps the epoch of the lowest mean training loss, the original names, and its way with slices', async () => {
    const { data, model, out } = start('efficient-sam')

    const { events } = await runTrain({
      ...{ data, model, out, preset: 'seed' },
      epochs: 3,
      learningRate: 3e-3,
    })

    const { folder, best } = TrainReport.parse(events.at(-1))
    const log = epochLines(readFileSync(join(folder, 'log.jsonl'), 'utf8'), 9)
    const losses = log.map(line => line.trainLoss)
    const lowest = losses.indexOf(Math.min(...losses))
    expect(best).toMatchObject({ epoch: lowest + 1, valDice: log[lowest]?.valDice })
    const file = join(folder, 'medsam_lite_best.pth')
    const checkpoint = readTrainingCheckpoint(readFileSync(file), file)
    expect(checkpoint).toMatchObject({ epoch: lowest, loss: losses[lowest], bestLoss: losses[lowest] })
    expect(checkpoint.preprocessing).toMatchObject({ resolution: 64, fit: 'pad', intensity: 'minmax' })
    expect(noticesOf(events).join()).toContain('pad, minmax instead of stretch, unit')
    for (const name of ['train_loss.png', 'log.png', 'medsam_lite_latest.pth']) {
      expect(readFileSync(join(folder, name)).length, name).toBeGreaterThan(0)
    }
  })

  test('asks the tuned model boxes only', async () => {
    const { data, model, out } = start('efficient-sam')

    const { events } = await runTrain({ ...{ data, model, out, preset: 'seed' }, epochs: 1 })

    const card = readFileSync(join(TrainReport.parse(events.at(-1)).folder, 'MODEL_CARD.md'), 'utf8')
    expect(card).toContain('| loose box | Dice | 2 |')
    expect(card).not.toContain('| one inner point |')
  })
})

describe('a small medsam-lite', () => {
  test.each(['quick', 'balanced', 'full'] as const)(
    'goes on within an epoch of preset %s as if it had not stopped, bit for bit',
    async preset => {
      const { data, model, out } = start('medsam-lite')
      const options = { data, model, preset, epochs: 2 } as const
      const whole = await runTrain({ ...options, out: join(out, 'whole') })

      let steps = 0
      const first = await runTrain({ ...options, out: join(out, 'cut') }, (event, stop) => {
        if (event.event === 'step' && ++steps === 1) stop.request()
      })
      const rest = await runTrain({ ...options, out: join(out, 'cut'), resume: join(out, 'cut') })

      expect(first.events.at(-1)).toMatchObject({ interrupted: true })
      const end = ({ events }: typeof whole) =>
        modelIn(join(TrainReport.parse(events.at(-1)).folder, 'medsam_lite_latest.pth'))
      expect(moved(end(whole), end(rest))).toEqual([])
    },
  )
})

test('a checkpoint of the MedSAM-Lite script goes on with the epoch after its own, its moments in torch’s order', async () => {
  const { data, out } = start('medsam-lite')
  const [model, names] = [smallWeights(), parametersOfTorch(smallWeights())]
  const prefixed = new Map([...model].map(([name, value]) => [`module.${name}`, value] as const))
  const moments = names.flatMap((name, index) => {
    const value = model.get(name)
    // No gradient reaches what reads masks: torch keeps no moments for it.
    if (!value || name.includes('mask_downscaling')) return []
    const filledWith = (part: number) => ({ ...value, data: new Float32Array(value.data.length).fill(part) })
    return [[index, { step: 40, expAvg: filledWith(index), expAvgSq: filledWith(1 + index) }] as const]
  })
  const theirs = join(data, 'medsam_lite_latest.pth')
  const group = { learningRate: 4e-5, betas: [0.9, 0.999], eps: 1e-8, weightDecay: 0.01 } as const
  const bytes = writeTrainingCheckpoint({
    model: prefixed,
    ...{ epoch: 3, loss: 0.5, bestLoss: 0.4, extra: {} },
    optimizer: {
      state: new Map(moments),
      paramGroups: [{ ...group, parameters: names.map((_, index) => index) }],
    },
    preprocessing: { ...officialPreprocessing, resolution: 64, fit: 'pad', intensity: 'minmax' },
  })
  writeFileSync(theirs, bytes)

  const { parameters } = (await openModel(theirs)).model
  const state = restoreState(readSavedRun(bytes, theirs), parameters, 1)
  const { events, error } = await runTrain({ ...{ data, out, preset: 'seed', resume: theirs }, epochs: 5 })

  expect(error).toBeNull()
  expect(state).toMatchObject({ epoch: 4, bestLoss: 0.4, schedule: { learningRate: 4e-5 } })
  expect(state.optimizer.step).toBe(40)
  names.forEach((name, index) => {
    const entry = parameters.entries.find(one => one.name === name)
    const kept = name.includes('mask_downscaling') ? 0 : index
    expect(state.optimizer.firstMoment[entry?.offset ?? -1], name).toBe(kept)
  })
  expect(stepsOf(events).map(([epoch]) => epoch)).toEqual([5, 5])
  expect(noticesOf(events).join()).toContain('comes from another program: going on with epoch 5;')
  expect(noticesOf(events).join()).not.toContain('do not fit')
  const latest = join(TrainReport.parse(events.at(-1)).folder, 'medsam_lite_latest.pth')
  const { optimizer } = readTrainingCheckpoint(readFileSync(latest), latest)
  expect([...modelIn(latest).keys()]).toEqual([...model.keys()])
  expect([...(optimizer?.state.keys() ?? [])]).toEqual(moments.map(([index]) => index))
})

/** As `model.parameters()` of the official code lists them: the state dict without its buffers. */
const parametersOfTorch = (model: StateDict): string[] =>
  [...model.keys()].filter(name => !/running_(mean|var)$|num_batches_tracked$|gaussian_matrix$/.test(name))
