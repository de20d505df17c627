import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { tensor } from '../../../../../src/core/tensor/tensor'
import { writePng } from '../../../../../src/main/codecs'
import { evaluate } from '../../../../../src/main/jobs/evaluate'
import { epochLines } from '../../../../../src/main/jobs/train/epoch-line'
import { openModel } from '../../../../../src/main/models/open-model'
import { bundledModel as bundled, EvaluateOptions } from '../../../../../src/shared/domain/evaluation'
import { EvaluationReport, JobEvent } from '../../../../../src/shared/domain/events'
import { pngSize } from '../../figures/png-reader'
import { discFiles } from '../../support/disc-slices'
import { engineContext } from '../../support/engine-context'
import { eventsOf, folderWith } from '../../support/folders'
import { noticesOf, runTrain, TrainReport } from './run-train'

async function dices(model: string, data: string, prompt: 'point' | 'box') {
  const options = EvaluateOptions.parse({ model, data, prompt, jitter: 5, seed: 0 })
  const { events, error } = await eventsOf(evaluate(options, engineContext()))
  expect(error).toBeNull()
  return { mean: EvaluationReport.parse(events.at(-1)).dice ?? NaN }
}

const finished = [
  'MODEL_CARD.md',
  'config.json',
  'log.jsonl',
  'log.png',
  'medsam_lite_best.pth',
  'medsam_lite_latest.pth',
  'overlays.png',
  'train_loss.png',
  'val_dice.png',
]

describe.each(['quick', 'full'] as const)('train with preset %s', preset => {
  test('leaves a whole run folder, and evaluate repeats the logged Dice with its best checkpoint', async () => {
    const data = folderWith({ ...discFiles(4, 'train/'), ...discFiles(2, 'val/', 10) })
    const out = join(data, 'runs')

    const { events, error } = await runTrain({ data, out, preset, task: 'discs' })

    expect(error).toBeNull()
    for (const event of events) expect(JobEvent.parse(event)).toBeDefined()
    expect(events.filter(event => event.event === 'step')).toHaveLength(4)
    expect(events.at(-2)).toMatchObject({
      event: 'done',
      reason: 'All 2 epochs are done.',
      independent: true,
    })
    const report = TrainReport.parse(events.at(-1))
    expect(report).toMatchObject({ ended: 'finished', epochs: 2, skipped: 0, interrupted: false })
    const { folder, checkpoint, best } = report
    expect(readdirSync(out)).toEqual([expect.stringMatching(/^discs-\d{8}-\d{4}$/)])
    expect(readdirSync(folder).sort()).toEqual(finished)
    expect(checkpoint).toBe(join(folder, 'medsam_lite_best.pth'))
    for (const name of finished.filter(file => file.endsWith('.png'))) {
      expect(pngSize(readFileSync(join(folder, name))).width, name).toBeGreaterThan(200)
    }

    const log = epochLines(readFileSync(join(folder, 'log.jsonl'), 'utf8'), 9)
    expect(log.map(line => line.epoch)).toEqual([1, 2])
    expect(log[best.epoch - 1]).toMatchObject({ valDice: best.valDice, best: true })
    const told = events.filter(event => event.event === 'epoch')
    expect(told.map(event => [event.epoch, event.trainLoss, event.valDice])).toEqual(
      log.map(line => [line.epoch, line.trainLoss, line.valDice]),
    )

    const [point, box] = [await dices(checkpoint, data, 'point'), await dices(checkpoint, data, 'box')]
    const { model } = await openModel(checkpoint)
    // A frozen encoder's stored embedding, a trained one's new one: the same masks, so the same Dice to the last bit.
    expect((point.mean + box.mean) / 2).toBeCloseTo(best.valDice, 12)
    expect(best.valDice).toBeGreaterThan(report.baseDice)
    expect(model.preprocessing).toMatchObject({ resolution: 64, intensity: 'minmax' })
    const card = readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8')
    expect(card).toContain(`| one inner point | Dice | 2 |`)
    for (const { mean } of [point, box]) expect(card).toContain(` ${mean.toFixed(3)} (`)
    expect(card).toContain('CC-BY-SA-4.0')
    expect(JSON.parse(readFileSync(join(folder, 'config.json'), 'utf8'))).toMatchObject({
      preset,
      data,
      base: { id: bundled, licence: 'CC-BY-SA-4.0' },
      recipe: { epochs: 2, batchSize: 2, resolution: 64, seed: 1 },
    })
  })
})

test('a few slices are learnt by heart', async () => {
  const data = folderWith({ ...discFiles(3, 'train/'), ...discFiles(1, 'val/', 10) })

  const { events, error } = await runTrain({
    ...{ data, out: join(data, 'runs'), preset: 'full', epochs: 6, batchSize: 3, learningRate: 2e-4 },
    ...{ flips: false, pointShare: 1, stopPatience: 0 },
  })

  const losses = events.flatMap(event => (event.event === 'epoch' ? [event.trainLoss] : []))
  expect(error).toBeNull()
  expect(losses).toHaveLength(6)
  expect(losses.at(-1)).toBeLessThan(0.4 * (losses[0] ?? 0))
})

test('the figure of the sanity check is all that is written', async () => {
  const data = folderWith(discFiles(5))
  const out = join(data, 'new', 'place')

  const { events, error } = await runTrain({ data, out, sanityCheck: true, preset: 'full' })

  expect(error).toBeNull()
  expect(events.at(-1)).toEqual({
    event: 'report',
    command: 'train',
    sanityCheck: join(out, 'sanity_check.png'),
  })
  expect(readdirSync(out)).toEqual(['sanity_check.png'])
  expect(pngSize(readFileSync(join(out, 'sanity_check.png'))).height).toBeGreaterThan(100)
})

test('training ends early where validation does not get better, and says so', async () => {
  const data = folderWith({ ...discFiles(2, 'train/'), ...discFiles(1, 'val/', 10) })

  // A rate at which no weight moves: the Dice of the first epoch is never beaten. Mirrored slices are encoded on the way.
  const { events, error } = await runTrain({
    ...{ data, out: join(data, 'runs'), epochs: 9, stopPatience: 2, learningRate: 1e-12, flips: true },
  })

  expect(error).toBeNull()
  expect(events.at(-2)).toMatchObject({
    reason: 'Stopped early: the validation Dice has not improved for 2 epochs.',
  })
  expect(events.at(-1)).toMatchObject({ ended: 'no-improvement', epochs: 3, best: { epoch: 1 } })
})

test('the split that a run drew can be judged again by its checkpoint', async () => {
  const data = folderWith(discFiles(8))
  const { events } = await runTrain({ data, out: join(data, 'runs'), validationFraction: 0.25 })
  const { checkpoint, best } = TrainReport.parse(events.at(-1))
  const judge = (prompt: 'point' | 'box', split?: 'val') => {
    const options = EvaluateOptions.parse({ model: checkpoint, data, prompt, split })
    return eventsOf(evaluate(options, engineContext()))
  }

  const [point, box, all] = [await judge('point', 'val'), await judge('box', 'val'), await judge('box')]

  const reports = [point, box].map(({ events: of }) => EvaluationReport.parse(of.at(-1)))
  expect(reports.map(report => report.cases)).toEqual([2, 2])
  expect(reports.reduce((sum, report) => sum + (report.dice ?? NaN) / 2, 0)).toBeCloseTo(best.valDice, 12)
  expect(noticesOf(all.events)).toContain(
    '6 of these 8 slices trained this model; --split val judges the held-out ones only.',
  )
})

test('a held-out label too small to train is still judged, as evaluate does', async () => {
  const side = 400
  const picture = (label: boolean): Uint8Array => {
    const pixels = new Uint8Array(side * side).fill(label ? 0 : 90)
    for (let y = 100; y < 220; y++) pixels.fill(label ? 1 : 200, y * side + 120, y * side + 260)
    // One pixel that a grid of 256 steps over.
    pixels[301 * side + 301] = label ? 2 : 255
    return writePng(tensor('uint8', [side, side], pixels))
  }
  const data = folderWith({
    ...discFiles(2, 'train/'),
    'val/images/speck.png': picture(false),
    'val/masks/speck.png': picture(true),
  })

  const { events } = await runTrain({ data, out: join(data, 'runs'), epochs: 1 })

  const { checkpoint, best } = TrainReport.parse(events.at(-1))
  const [point, box] = [await dices(checkpoint, data, 'point'), await dices(checkpoint, data, 'box')]
  expect((point.mean + box.mean) / 2).toBeCloseTo(best.valDice, 12)
})
