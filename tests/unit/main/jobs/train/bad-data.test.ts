import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { StateDict } from '../../../../../src/core/tensor/state-dict'
import { writeTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import { float32, tensor } from '../../../../../src/core/tensor/tensor'
import { writeNpy, writePng } from '../../../../../src/main/codecs'
import { openModel } from '../../../../../src/main/models/open-model'
import { bundledModel } from '../../../../../src/shared/domain/evaluation'
import type { Preprocessing } from '../../../../../src/shared/domain/preprocessing'
import { discFiles, discSlice } from '../../support/disc-slices'
import { folderWith, pngWith } from '../../support/folders'
import { noticesOf, runTrain, TrainReport } from './run-train'

/** One labelled pixel of a large slice, at a place that 256 pixels do not look at. */
function speck(): { image: Uint8Array; mask: Uint8Array } {
  const pixels = new Uint8Array(1024 * 1024)
  pixels[1024 + 1] = 1
  const mask = writePng(tensor('uint8', [1024, 1024], pixels))
  return { image: mask, mask }
}

function badFiles(): Record<string, Uint8Array> {
  const good = discSlice(99)
  const tiny = speck()
  const nan = Float32Array.from({ length: 64 * 64 }, (_, index) => (index === 70 ? NaN : index))
  return {
    'images/corrupt.png': good.image.subarray(0, good.image.length / 2),
    'masks/corrupt.png': good.mask,
    'images/empty.png': good.image,
    'masks/empty.png': pngWith(64, 64),
    'images/nan.npy': writeNpy(tensor('float32', [64, 64], nan)),
    'masks/nan.png': good.mask,
    'images/shape.png': good.image,
    'masks/shape.png': pngWith(32, 32, [1, 2, 2, 9, 9]),
    'images/speck.png': tiny.image,
    'masks/speck.png': tiny.mask,
  }
}

function weightsFile(weights: StateDict, preprocessing: Preprocessing | null = null): Uint8Array {
  const rest = { epoch: null, optimizer: null, loss: null, bestLoss: null, extra: {} }
  return writeTrainingCheckpoint({ model: weights, preprocessing, ...rest })
}

test('slices that cannot be used are left out one by one, and the run goes on with the rest', async () => {
  const data = folderWith({ ...discFiles(4), ...badFiles() })

  const { events, error } = await runTrain({ data, out: join(data, 'runs'), epochs: 1 })

  const skipped = events.flatMap(event => (event.event === 'skipped' ? [event] : []))
  expect(error).toBeNull()
  expect(skipped.map(({ file, code }) => [file.slice(data.length + 1), code])).toEqual([
    ['images/corrupt.png', 'CORRUPT_FILE'],
    ['masks/empty.png', 'UNUSABLE_SLICE'],
    ['images/nan.npy', 'UNUSABLE_SLICE'],
    ['masks/shape.png', 'UNUSABLE_SLICE'],
    ['masks/speck.png', 'UNUSABLE_SLICE'],
  ])
  expect(skipped.at(-1)?.message).toContain('every label in it vanishes at 256 pixels')
  const report = TrainReport.parse(events.at(-1))
  expect(report).toMatchObject({ skipped: 5, ended: 'finished' })
  const card = readFileSync(join(report.folder, 'MODEL_CARD.md'), 'utf8')
  for (const { file } of skipped) expect(card).toContain(file.split('/').at(-1))
})

test('with --strict one of them ends the run before anything is written', async () => {
  const data = folderWith({ ...discFiles(3), ...badFiles() })
  const out = join(data, 'runs')

  const { error } = await runTrain({ data, out, strict: true })

  expect(error).toMatchObject({ code: 'ITEMS_REFUSED', exitCode: 3, data: { refused: 5, total: 8 } })
  expect(existsSync(out)).toBe(false)
})

test('data with nothing usable is refused, each file with its reason', async () => {
  const data = folderWith(badFiles())
  const out = join(data, 'runs')

  const { events, error } = await runTrain({ data, out })

  expect(error).toMatchObject({ code: 'NO_USABLE_SLICES', exitCode: 3, data: { file: data } })
  expect(events.filter(event => event.event === 'skipped')).toHaveLength(5)
  expect(existsSync(out)).toBe(false)
})

test('one patient is refused, and trained with --allow-shared-group under a marked verdict', async () => {
  const files = discFiles(4)
  const names = Object.keys(files).flatMap(path => (path.startsWith('images/') ? [path.slice(7)] : []))
  const table = ['filename,patient', ...names.map(name => `${name},P1`)].join('\n')
  const data = folderWith({ ...files, 'patients.csv': table })
  const options = { data, out: join(data, 'runs'), group: join(data, 'patients.csv'), epochs: 1 }

  const refused = await runTrain(options)
  const wasWritten = existsSync(options.out)
  const allowed = await runTrain({ ...options, allowSharedGroup: true })

  expect(refused.error).toMatchObject({ code: 'SINGLE_GROUP', data: { file: data, group: 'P1' } })
  expect(wasWritten).toBe(false)
  expect(allowed.error).toBeNull()
  expect(noticesOf(allowed.events).join('\n')).toContain('the verdict is marked "not independent"')
  expect(allowed.events.at(-2)).toMatchObject({ event: 'done', independent: false })
  const report = TrainReport.parse(allowed.events.at(-1))
  expect(report.independent).toBe(false)
  expect(report.verdict).toMatch(/not independent/i)
  expect(readFileSync(join(report.folder, 'MODEL_CARD.md'), 'utf8')).toContain('**Not independent**')
})

test('a model that is none, or another one, is refused by its name', async () => {
  const data = folderWith({ ...discFiles(2), 'junk.pth': 'these are not weights' })
  const other = join(data, 'other.pth')
  writeFileSync(other, weightsFile(new Map([['conv.weight', float32([2, 2], [1, 2, 3, 4])]])))
  const out = join(data, 'runs')

  const errors = []
  for (const model of [join(data, 'junk.pth'), other])
    errors.push((await runTrain({ data, out, model })).error)

  expect(errors).toMatchObject([
    { code: 'NOT_A_CHECKPOINT', exitCode: 3, data: { file: join(data, 'junk.pth') } },
    { code: 'WRONG_CHECKPOINT', exitCode: 3, data: { file: other } },
  ])
  expect(existsSync(out)).toBe(false)
})

test('a loss that is no number ends the run with what to try, and without a checkpoint of it', async () => {
  const { model } = await openModel(bundledModel)
  model.parameters.get('mask_decoder.iou_token.weight').data.fill(NaN)
  const data = folderWith({ ...discFiles(2) })
  const file = join(data, 'broken.pth')
  writeFileSync(file, weightsFile(model.parameters.stateDict(), model.preprocessing))
  const out = join(data, 'runs')

  const { error } = await runTrain({ data, out, model: file })

  expect(error).toMatchObject({ code: 'NOT_FINITE', exitCode: 3, data: { epoch: 1, step: 1 } })
  const [run = ''] = readdirSync(out)
  expect(readdirSync(join(out, run))).toEqual(['config.json'])
})
