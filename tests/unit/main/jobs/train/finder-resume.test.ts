import { copyFileSync, existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readTrainingCheckpoint } from '../../../../../src/core/checkpoint'
import { isFinderWeight } from '../../../../../src/core/models/finder/config'
import type { JobEvent } from '../../../../../src/shared/domain/events'
import { folderWith } from '../../support/folders'
import { picoCheckpoint } from '../../support/pico-weights'
import { rectangleFiles } from '../../support/rectangle-slices'
import { noticesOf, runTrain, stepsOf, TrainReport } from './run-train'

/** A few slices and tiny weights to train on them, one epoch, with a finder. */
function tinyTraining() {
  const data = folderWith({
    ...rectangleFiles('train/', { objects: 1, empty: 1, firstSeed: 0 }),
    ...rectangleFiles('val/', { objects: 1, empty: 0, firstSeed: 10 }),
    'pico.pth': picoCheckpoint(),
  })
  return { data, model: join(data, 'pico.pth'), out: join(data, 'runs'), epochs: 1, finder: true }
}

const best = 'medsam_lite_best.pth'
const read = (file: string) => readTrainingCheckpoint(readFileSync(file), file)
const finderOf = (file: string) => {
  const { beside, extra } = read(file)
  return { weights: [...beside].filter(([name]) => isFinderWeight(name)), card: extra['finder'] }
}
/** The one run's folder. */
const runIn = (out: string): string => readdirSync(out)[0] ?? ''
const stagesOf = (events: readonly JobEvent[]) =>
  new Set(events.flatMap(event => (event.event === 'progress' ? [event.stage] : [])))

test('a run that was killed before its finder was stored teaches the very same one when it goes on', async () => {
  const training = tinyTraining()
  const early = join(training.data, 'early.pth')
  const whole = await runTrain(training, event => {
    if (event.event === 'epoch') copyFileSync(join(training.out, runIn(training.out), best), early)
  })
  const { checkpoint } = TrainReport.parse(whole.events.at(-1))
  const [before, after, taught] = [read(early), read(checkpoint), finderOf(checkpoint)]
  copyFileSync(early, checkpoint)

  const again = await runTrain({ ...training, resume: training.out })

  expect([whole.error, again.error]).toEqual([null, null])
  expect(stepsOf(again.events)).toEqual([])
  expect(finderOf(early)).toEqual({ weights: [], card: undefined })
  expect(taught).toMatchObject({ card: { classes: [{ label: 1 }] } })
  expect(taught.weights).toHaveLength(14)
  expect(finderOf(checkpoint)).toEqual(taught)
  // Storing it has left all else as it was.
  const extra = Object.fromEntries(Object.entries(after.extra).filter(([name]) => name !== 'finder'))
  const beside = [...after.beside].filter(([name]) => !isFinderWeight(name))
  expect({ ...after, extra, beside }).toEqual({ ...before, beside: [...before.beside] })
  expect([...after.model.keys()]).toEqual([...before.model.keys()])
})

test('a run that is stopped in its epochs teaches no finder, and does when it goes on', async () => {
  const training = { ...tinyTraining(), epochs: 2 }

  const first = await runTrain(training, (event, stop) => {
    if (event.event === 'step' && event.epoch === 2) stop.request()
  })
  const { checkpoint } = TrainReport.parse(first.events.at(-1))
  const between = finderOf(checkpoint)
  const second = await runTrain({ ...training, resume: training.out })

  expect([first.error, second.error]).toEqual([null, null])
  expect(between.weights).toEqual([])
  expect(stagesOf(first.events)).not.toContain('Teaching the finder')
  expect(noticesOf(first.events)).toContain('No finder yet: it is taught when the run goes on.')
  expect(finderOf(TrainReport.parse(second.events.at(-1)).checkpoint).weights).toHaveLength(14)
})

test.each([
  ['Encoding slices for the finder', 1],
  ['Teaching the finder', 1],
  ['Teaching the finder', 2],
])('a stop while "%s" (asked %i times) ends in good order, without a finder', async (at, times) => {
  const training = tinyTraining()

  const first = await runTrain(training, (event, stop) => {
    if (event.event !== 'progress' || event.stage !== at) return
    for (let time = 0; time < times; time++) stop.request()
  })
  const report = TrainReport.parse(first.events.at(-1))
  const told = first.events.filter(event => event.event === 'progress' && event.stage === at)

  expect(first.error).toBeNull()
  expect(told).toHaveLength(1)
  expect(report).toMatchObject({ interrupted: true, ended: 'finished' })
  expect(finderOf(report.checkpoint)).toEqual({ weights: [], card: undefined })
  expect(noticesOf(first.events)).toContain('No finder yet: it is taught when the run goes on.')
  expect(existsSync(join(report.folder, 'finder-embeddings'))).toBe(false)
  expect(existsSync(join(report.folder, 'MODEL_CARD.md'))).toBe(true)
})

test('without a finder nothing is said of empty slices, and none is stored', async () => {
  const { events, error } = await runTrain({ ...tinyTraining(), finder: false })

  expect(error).toBeNull()
  expect(noticesOf(events).join('\n')).not.toMatch(/finder/)
  expect(finderOf(TrainReport.parse(events.at(-1)).checkpoint).weights).toEqual([])
  expect(events.at(-1)).toMatchObject({ foundDice: null })
})
