import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { epochLines } from '../../../../../src/main/jobs/train/epoch-line'
import { readSavedRun } from '../../../../../src/main/jobs/train/saved-state'
import { writeTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import { lockFolder } from '../../../../../src/main/files/folder-lock'
import { openModel } from '../../../../../src/main/models/open-model'
import { bundledModel } from '../../../../../src/shared/domain/evaluation'
import { discFiles } from '../../support/disc-slices'
import { folderWith } from '../../support/folders'
import { noticesOf, runTrain, stepsOf, TrainReport } from './run-train'

const dataWith = (train: number, val: number): string =>
  folderWith({ ...discFiles(train, 'train/'), ...discFiles(val, 'val/', 10) })
const logOf = (folder: string) =>
  epochLines(readFileSync(join(folder, 'log.jsonl'), 'utf8'), Infinity).map(line => ({ ...line, seconds: 0 }))
const foreign = fileURLToPath(new URL('../../../../fixtures/6-checkpoint/train_zip.pth', import.meta.url))

test('a run that is stopped in mid-epoch goes on in its folder with the losses of one that went through', async () => {
  const data = dataWith(4, 1)
  const [through, out] = [join(data, 'through'), join(data, 'runs')]
  const whole = await runTrain({ data, out: through, epochs: 3 })

  const first = await runTrain({ data, out, epochs: 3 }, (event, stop) => {
    if (event.event === 'step' && event.epoch === 2) stop.request()
  })
  const stopped = TrainReport.parse(first.events.at(-1))
  const latest = join(stopped.folder, 'medsam_lite_latest.pth')
  const saved = readSavedRun(readFileSync(latest), latest).run?.state
  const second = await runTrain({ data, out, epochs: 3, resume: out })

  const expected = TrainReport.parse(whole.events.at(-1))
  expect([whole.error, first.error, second.error]).toEqual([null, null, null])
  expect(stopped).toMatchObject({ ended: 'stopped', interrupted: true, epochs: 1 })
  expect(first.events.at(-2)).toMatchObject({ reason: 'Stopped on request; "--resume" goes on from here.' })
  expect(saved).toMatchObject({ epoch: 1, step: 1 })
  expect(noticesOf(second.events)).toContain(`Going on from ${latest}: epoch 2, step 2.`)
  expect(stepsOf(second.events)[0]?.slice(0, 2)).toEqual([2, 2])
  expect([...stepsOf(first.events), ...stepsOf(second.events)]).toEqual(stepsOf(whole.events))
  expect(stepsOf(whole.events)).toHaveLength(6)
  const report = TrainReport.parse(second.events.at(-1))
  expect(report).toMatchObject({ folder: stopped.folder, best: expected.best, baseDice: expected.baseDice })
  expect(readdirSync(out)).toHaveLength(1)
  expect(logOf(report.folder)).toEqual(logOf(expected.folder))
  // The base is the model that was trained first, not the checkpoint that the run went on from.
  expect(readFileSync(join(report.folder, 'MODEL_CARD.md'), 'utf8')).toContain('CC-BY-SA-4.0')
})

test('an earlier checkpoint may be resumed: the epochs after it are done again, and no line stands twice', async () => {
  const data = dataWith(2, 1)
  const out = join(data, 'runs')
  const { events } = await runTrain({ data, out, epochs: 3 }, event => {
    if (event.event !== 'epoch' || event.epoch !== 1) return
    const folder = join(out, readdirSync(out)[0] ?? '')
    copyFileSync(join(folder, 'medsam_lite_latest.pth'), join(folder, 'first.pth'))
  })
  const { folder } = TrainReport.parse(events.at(-1))
  const before = logOf(folder)
  // What a crash would leave of a line.
  writeFileSync(join(folder, 'log.jsonl'), '{"epoch":4,"trainL', { flag: 'a' })

  const again = await runTrain({ data, out, epochs: 3, resume: join(folder, 'first.pth') })

  expect(again.error).toBeNull()
  expect(stepsOf(again.events).map(([epoch]) => epoch)).toEqual([2, 3])
  expect(logOf(folder).map(({ epoch, trainLoss, valDice }) => [epoch, trainLoss, valDice])).toEqual(
    before.map(({ epoch, trainLoss, valDice }) => [epoch, trainLoss, valDice]),
  )
  expect(readFileSync(join(folder, 'log.jsonl'), 'utf8').trim().split('\n')).toHaveLength(3)
})

test('a checkpoint that was copied elsewhere goes on in a new folder, without the run’s best one', async () => {
  const data = dataWith(2, 1)
  const { events } = await runTrain({ data, out: join(data, 'runs'), epochs: 1 })
  const { folder } = TrainReport.parse(events.at(-1))
  const copy = join(data, 'copy.pth')
  copyFileSync(join(folder, 'medsam_lite_latest.pth'), copy)

  const nothingLeft = await runTrain({ data, out: join(data, 'a'), epochs: 1, resume: copy })
  const oneMore = await runTrain({ data, out: join(data, 'b'), epochs: 2, resume: copy, learningRate: 1e-12 })

  expect(nothingLeft.error).toMatchObject({ code: 'USAGE' })
  expect(String(nothingLeft.error)).toContain(
    'This run has done 1 epoch already: give --epochs above 1 to go on.',
  )
  expect(existsSync(join(data, 'a'))).toBe(false)
  expect(oneMore.error).toBeNull()
  expect(TrainReport.parse(oneMore.events.at(-1)).best.epoch).toBe(2)
})

test('a checkpoint of the original script goes on with the epoch after its own, which is said', async () => {
  const data = dataWith(2, 1)

  const { events, error } = await runTrain({ data, out: join(data, 'runs'), epochs: 5, resume: foreign })

  expect(error).toBeNull()
  expect(noticesOf(events).join('\n')).toContain(
    `${foreign} comes from another program: going on with epoch 5; the learning-rate schedule starts anew.`,
  )
  expect(stepsOf(events).map(([epoch, step]) => [epoch, step])).toEqual([[5, 1]])
  const report = TrainReport.parse(events.at(-1))
  expect(report).toMatchObject({ epochs: 5, best: { epoch: 5 } })
  expect(logOf(report.folder).map(line => line.epoch)).toEqual([5])
})

test('a second request to stop, in mid-validation, keeps the steps so far and reports', async () => {
  const data = dataWith(2, 1)
  const out = join(data, 'runs')

  const { events, error } = await runTrain({ data, out, epochs: 3 }, (event, stop) => {
    if (event.event !== 'step' || event.epoch !== 2) return
    stop.request()
    stop.request()
  })

  const latest = join(out, readdirSync(out)[0] ?? '', 'medsam_lite_latest.pth')
  expect(error).toBeNull()
  expect(events.at(-1)).toMatchObject({ ended: 'stopped', interrupted: true, epochs: 1 })
  expect(readSavedRun(readFileSync(latest), latest).run?.state).toMatchObject({ epoch: 1, step: 1 })
})

test('a folder without a run, a missing file and foreign bytes are refused by name, with nothing made', async () => {
  const data = dataWith(2, 1)
  const empty = join(data, 'empty')
  mkdirSync(empty)
  writeFileSync(join(data, 'junk.pth'), 'not weights')
  const out = join(data, 'runs')

  const errors = []
  for (const resume of [empty, join(data, 'gone.pth'), join(data, 'junk.pth')]) {
    errors.push((await runTrain({ data, out, resume })).error)
  }

  expect(errors).toMatchObject([
    { code: 'NOTHING_TO_RESUME', data: { file: empty } },
    { code: 'FILE_NOT_FOUND', data: { file: join(data, 'gone.pth') } },
    { code: 'NOT_A_CHECKPOINT', data: { file: join(data, 'junk.pth') } },
  ])
  expect(existsSync(out)).toBe(false)
})

test('slices that are new stay out of a run that goes on, and no held-out one is ever trained', async () => {
  const data = folderWith(discFiles(8))
  const out = join(data, 'runs')
  await runTrain({ data, out, epochs: 1 })
  const latest = join(out, readdirSync(out)[0] ?? '', 'medsam_lite_latest.pth')
  const before = readSavedRun(readFileSync(latest), latest).run?.split
  for (const [name, bytes] of Object.entries(discFiles(3, '', 20))) writeFileSync(join(data, name), bytes)

  const { events, error } = await runTrain({ data, out, epochs: 2, resume: out })

  expect(error).toBeNull()
  expect(noticesOf(events)).toContain(
    '3 slices new since this run began: not used, start a new run for them.',
  )
  expect(before?.val.length).toBeGreaterThan(0)
  expect(readSavedRun(readFileSync(latest), latest).run?.split).toEqual(before)
})

test.each([
  ['--seed', { seed: 7 }],
  ['--validation-fraction', { validationFraction: 0.5 }],
  ['--resolution', { resolution: 128 }],
  ['--group', { group: '^(.)' }],
  ['--preset', { preset: 'full' as const }],
  ['--axis', { axis: '0' as const }],
])('%s cannot change when a run goes on', async (flag, change) => {
  const data = dataWith(2, 1)
  const out = join(data, 'runs')
  await runTrain({ data, out, epochs: 1 })

  const { error } = await runTrain({ data, out, epochs: 2, resume: out, ...change })

  expect(error).toMatchObject({ code: 'USAGE', exitCode: 2 })
  expect(String(error)).toContain(`${flag} cannot change`)
})

test('a new learning rate replaces what the schedule had come to', async () => {
  const data = dataWith(2, 1)
  const out = join(data, 'runs')
  await runTrain({ data, out, epochs: 1 })

  const { events } = await runTrain({ data, out, epochs: 2, resume: out, learningRate: 1e-5 })

  expect(events.filter(event => event.event === 'epoch').map(event => event.learningRate)).toEqual([1e-5])
})

test('another program’s run folder is left as it is', async () => {
  const data = dataWith(2, 1)
  const theirs = join(data, 'their-task-20240101-1200')
  mkdirSync(theirs)
  const { model } = await openModel(bundledModel)
  const bytes = writeTrainingCheckpoint({
    model: model.parameters.stateDict(),
    epoch: 0,
    optimizer: null,
    loss: 1,
    bestLoss: 1,
    preprocessing: model.preprocessing,
    extra: {},
  })
  for (const name of ['latest', 'best']) writeFileSync(join(theirs, `medsam_lite_${name}.pth`), bytes)

  const { events, error } = await runTrain({ data, out: join(data, 'runs'), epochs: 2, resume: theirs })

  expect(error).toBeNull()
  expect(TrainReport.parse(events.at(-1)).folder).not.toBe(theirs)
  expect(Buffer.compare(readFileSync(join(theirs, 'medsam_lite_best.pth')), bytes)).toBe(0)
})

test('other data than the run began with are refused', async () => {
  const data = dataWith(2, 1)
  const out = join(data, 'runs')
  await runTrain({ data, out, epochs: 1 })
  const other = folderWith({ ...discFiles(2, 'train/', 40), ...discFiles(1, 'val/', 50) })

  const { error } = await runTrain({ data: other, out, epochs: 2, resume: out })

  expect(error).toMatchObject({ code: 'OTHER_DATA', data: { file: other } })
})

test('a run folder is worked in by one process at a time', async () => {
  const data = dataWith(2, 1)
  const out = join(data, 'runs')
  await runTrain({ data, out, epochs: 1 })
  const folder = join(out, readdirSync(out)[0] ?? '')
  const lock = await lockFolder(folder)

  const meanwhile = await runTrain({ data, out, epochs: 2, resume: out })
  await lock.release()
  const afterwards = await runTrain({ data, out, epochs: 2, resume: out })

  expect(meanwhile.error).toMatchObject({ code: 'FOLDER_IN_USE', data: { file: folder } })
  expect(afterwards.error).toBeNull()
  expect(readdirSync(folder)).not.toContain('.lock')
})

test('what a killed process left locked is taken over', async () => {
  const folder = folderWith({ '.lock': `999999999 ${hostname()}\n` })

  const lock = await lockFolder(folder)

  expect(readFileSync(join(folder, '.lock'), 'utf8')).toContain(String(process.pid))
  await lock.release()
})
