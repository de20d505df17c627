import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, extname, join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { readTrainingCheckpoint, writeTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import { numbersOf } from '../../../../../src/core/imaging/picture'
import { isFinderWeight } from '../../../../../src/core/models/finder/config'
import { readImageFile } from '../../../../../src/main/codecs'
import { evaluate } from '../../../../../src/main/jobs/evaluate'
import { predict } from '../../../../../src/main/jobs/predict'
import { findAppRoot } from '../../../../../src/main/files/app-root'
import { modelFolders } from '../../../../../src/main/files/model-folders'
import { openModel } from '../../../../../src/main/models/open-model'
import { exportModel } from '../../../../../src/main/commands/export-model'
import { importModel } from '../../../../../src/main/commands/models'
import { bundledModel, EvaluateOptions } from '../../../../../src/shared/domain/evaluation'
import type { JobEvent } from '../../../../../src/shared/domain/events'
import { EvaluationReport, JobEvent as JobEventSchema } from '../../../../../src/shared/domain/events'
import { FinderCard } from '../../../../../src/shared/domain/finder'
import { PredictOptions } from '../../../../../src/shared/domain/prediction'
import { engineContext } from '../../support/engine-context'
import { eventsOf, writeFiles } from '../../support/folders'
import { rectangleFiles } from '../../support/rectangle-slices'
import { noticesOf, runTrain, TrainReport } from './run-train'

// One tuning, at which the tests look from all sides.
const home = mkdtempSync(join(tmpdir(), 'slicetune-finder-'))
const data = join(home, 'data')
let events: JobEvent[] = []
let checkpoint = ''
beforeAll(async () => {
  writeFiles(data, {
    ...rectangleFiles('train/', { objects: 10, empty: 6, firstSeed: 0 }),
    ...rectangleFiles('val/', { objects: 3, empty: 2, firstSeed: 100 }),
  })
  const run = await runTrain({ data, out: join(home, 'runs'), epochs: 2, finder: true })
  expect(run.error).toBeNull()
  events = run.events
  checkpoint = TrainReport.parse(events.at(-1)).checkpoint
}, 120_000)
afterAll(() => rmSync(home, { recursive: true, force: true }))

const read = (file: string) => readTrainingCheckpoint(readFileSync(file), file)

/** A copy of the checkpoint with other things beside the model. */
function copied(name: string, change: (stored: ReturnType<typeof read>) => Partial<ReturnType<typeof read>>) {
  const [stored, file] = [read(checkpoint), join(home, name)]
  writeFileSync(file, writeTrainingCheckpoint({ ...stored, ...change(stored) }))
  return file
}

const runPredict = (model: string, out: string) =>
  eventsOf(
    predict(
      PredictOptions.parse({ images: join(data, 'val/images'), out: join(home, out), auto: true, model }),
      engineContext(),
    ),
  )
const runEvaluate = (model: string) =>
  eventsOf(evaluate(EvaluateOptions.parse({ data, model, prompt: 'found' }), engineContext()))

test('a tuning stores a finder beside the best model, and leaves the names of the official code alone', async () => {
  const stored = read(checkpoint)
  const base = await openModel(bundledModel)

  expect(basename(checkpoint)).toBe('medsam_lite_best.pth')
  expect([...stored.model.keys()]).toEqual(
    base.model.parameters.entries.map(({ name }) => name).filter(name => !name.startsWith('slicetune.')),
  )
  expect([...stored.beside.keys()].filter(isFinderWeight)).toHaveLength(14)
  const card = FinderCard.parse(stored.extra['finder'])
  // Ten rectangles and the six slices with nothing, each with its three mirror images.
  expect(card.slices).toBe(64)
  expect(card.classes.map(({ label }) => label)).toEqual([1])
  expect(card.classes[0]?.presence.calibrated).toBe(true)
  const { openFinder } = await openModel(checkpoint)
  expect(openFinder).not.toBeNull()
})

test('report and model card say how good found boxes are, and the slices with nothing are said to teach', () => {
  const { folder } = TrainReport.parse(events.at(-1))
  const { foundDice } = events.at(-1) as { foundDice?: unknown }

  expect(foundDice).toBeGreaterThan(0.7)
  expect(noticesOf(events)).toContain(
    '6 slices with nothing in them teach the finder what an empty slice looks like.',
  )
  expect(noticesOf(events)).toContain(
    `With boxes that it finds by itself: Dice ${Number(foundDice).toFixed(3)} (3 held-out slices).`,
  )
  expect(readFileSync(join(folder, 'MODEL_CARD.md'), 'utf8')).toMatch(
    new RegExp(`box found by the model.*${Number(foundDice).toFixed(3)}`),
  )
})

test('predict --auto writes a label map for every image, an empty one where there is nothing', async () => {
  const { events: told, error } = await runPredict(checkpoint, 'found')

  expect(error).toBeNull()
  for (const event of told) expect(JobEventSchema.parse(event)).toEqual(event)
  const found = told.filter(event => event.event === 'found')
  const nameOf = (file: string) => basename(file, '.png').split('-')[0]
  expect(found.map(({ file, classes }) => [nameOf(file), classes[0]?.probablyEmpty])).toEqual([
    ['nothing', true],
    ['nothing', true],
    ['rectangle', false],
    ['rectangle', false],
    ['rectangle', false],
  ])
  const written = told.flatMap(event => (event.event === 'written' ? [event.file] : []))
  expect(written).toHaveLength(5)
  for (const file of written) {
    const { pixels } = await readImageFile(file, 'labels')
    const values = new Set(numbersOf(pixels))
    expect([...values].sort()).toEqual(nameOf(file) === 'nothing' ? [0] : [0, 1])
  }
  expect(told.at(-1)).toMatchObject({ event: 'report', written: 5, refused: 0, interrupted: false })
})

test('evaluate --prompt found gives the Dice that the tuning reported', async () => {
  const { events: told, error } = await runEvaluate(checkpoint)

  expect(error).toBeNull()
  const report = EvaluationReport.parse(told.at(-1))
  expect(report).toMatchObject({ prompt: 'found', cases: 3, jitter: null, ellipse: null })
  const { foundDice } = events.at(-1) as { foundDice?: unknown }
  expect(report.dice).toBeCloseTo(Number(foundDice), 6)
})

test('exported and imported copies of the tuned model find the same', async () => {
  const folders = { bundled: modelFolders(findAppRoot().folder).bundled, user: join(home, 'models') }
  const weights = [...read(checkpoint).beside].filter(([name]) => isFinderWeight(name))

  const exporting = {
    model: checkpoint,
    out: join(home, 'exported'),
    format: 'pth,safetensors',
    force: false,
  }
  const exported = await eventsOf(exportModel(exporting, { folders }))
  const imported = await eventsOf(importModel({ file: checkpoint, id: 'mine' }, { folders }))

  expect([exported.error, imported.error]).toEqual([null, null])
  const files = [...exported.events, ...imported.events].flatMap(event =>
    event.event === 'written' ? [event.file] : [],
  )
  expect(files.map(file => extname(file))).toEqual(['.pth', '.safetensors', '.safetensors'])
  for (const file of files) {
    const { beside, extra } = read(file)
    expect(new Map([...beside].filter(([name]) => isFinderWeight(name)))).toEqual(new Map(weights))
    expect(extra['finder']).toEqual(read(checkpoint).extra['finder'])
    expect((await openModel(file)).openFinder).not.toBeNull()
  }
})

test('a model without a finder is refused by both, with nothing written', async () => {
  const bare = copied('bare.pth', ({ beside, extra: { finder: _, ...extra } }) => {
    return { beside: new Map([...beside].filter(([name]) => !isFinderWeight(name))), extra }
  })

  const errors = [(await runPredict(bare, 'none')).error, (await runEvaluate(bare)).error]

  expect(errors).toMatchObject([
    { code: 'NO_FINDER', data: { model: bare } },
    { code: 'NO_FINDER', data: { model: bare } },
  ])
  expect(() => readFileSync(join(home, 'none'))).toThrow('ENOENT')
})

test.each([
  ['card', () => ({ extra: { ...read(checkpoint).extra, finder: { classes: [], slices: 3 } } })],
  ['missing card', () => ({ extra: {} })],
  [
    'weight',
    () => ({
      beside: new Map([...read(checkpoint).beside].filter(([name]) => !name.endsWith('finder.mix.bias'))),
    }),
  ],
])('a damaged finder (its %s) is refused by the file’s name', async (what, change) => {
  const file = copied(`damaged ${what}.pth`, change)

  const { error } = await runPredict(file, 'damaged')

  expect(error).toMatchObject({ code: 'WRONG_CHECKPOINT', data: { file } })
})

test('predict without any source of prompts says what it needs', async () => {
  const options = PredictOptions.parse({ images: join(data, 'val/images'), out: join(home, 'x') })

  const { error } = await eventsOf(predict(options, engineContext()))

  expect(error).toMatchObject({ code: 'USAGE' })
  expect(String(error)).toContain('--auto')
})
