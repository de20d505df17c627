import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isAppError } from '../../../../../src/shared/errors'
import { discFiles } from '../../support/disc-slices'
import { folderWith } from '../../support/folders'
import { picoCheckpoint } from '../../support/pico-weights'
import { noticesOf, runTrain, stepsOf, TrainReport } from './run-train'

/** Slices in batches of three, and of the one or two that are left over. */
function tinyTraining(slices: number) {
  const files = { ...discFiles(slices, 'train/'), ...discFiles(1, 'val/', 10) }
  const data = folderWith({ ...files, 'pico.pth': picoCheckpoint() })
  return { data, model: join(data, 'pico.pth'), out: join(data, 'runs'), batchSize: 3 }
}

test.each(['quick', 'full'] as const)(
  'a run by two workers has the losses of one worker, preset %s',
  async preset => {
    const training = { ...tinyTraining(5), preset }
    const one = await runTrain(training)
    const two = await runTrain({ ...training, out: join(training.data, 'two'), workers: 2 })

    expect([one.error, two.error]).toEqual([null, null])
    expect(noticesOf(two.events)).toContain('2 workers share each step, with 1 thread each.')
    const expected = stepsOf(one.events)
    expect(expected).toHaveLength(4)
    stepsOf(two.events).forEach(([epoch, step, loss], index) => {
      const [oneEpoch, oneStep, oneLoss = NaN] = expected[index] ?? []
      expect([epoch, step]).toEqual([oneEpoch, oneStep])
      expect(Math.abs(loss / oneLoss - 1)).toBeLessThan(1e-5)
    })
    const [a, b] = [TrainReport.parse(one.events.at(-1)), TrainReport.parse(two.events.at(-1))]
    expect(b.best.valDice).toBeCloseTo(a.best.valDice, 3)
    expect(readdirSync(b.folder).sort()).toEqual(readdirSync(a.folder).sort())
  },
)

test('a run by two workers that was stopped goes on to the same bits', async () => {
  const training = { ...tinyTraining(7), workers: 2, epochs: 3 }
  const through = await runTrain({ ...training, out: join(training.data, 'through') })

  const first = await runTrain(training, (event, stop) => {
    if (event.event === 'step' && event.epoch === 2) stop.request()
  })
  const second = await runTrain({ ...training, resume: training.out })

  expect([through.error, first.error, second.error]).toEqual([null, null, null])
  expect(TrainReport.parse(first.events.at(-1)).interrupted).toBe(true)
  expect(stepsOf(first.events)).toHaveLength(4)
  expect([...stepsOf(first.events), ...stepsOf(second.events)]).toEqual(stepsOf(through.events))
  const best = [through, second].map(({ events }) => TrainReport.parse(events.at(-1)).best)
  expect(best[1]).toEqual(best[0])
})

test('workers that would never have anything to do are refused, or spoken of', async () => {
  const training = tinyTraining(2)

  const tooMany = await runTrain({ ...training, workers: 4 })
  const alone = await runTrain({ ...training, workers: 2, batchSize: 1 })
  const idle = await runTrain({ ...training, workers: 3, epochs: 1 })

  const sentenceOf = (error: unknown) => (isAppError(error) ? [error.code, error.message] : error)
  expect(sentenceOf(tooMany.error)).toEqual([
    'USAGE',
    '4 workers cannot share steps of 3 slices: give --workers 3, or --batch-size 4 or more.',
  ])
  expect(sentenceOf(alone.error)).toEqual([
    'USAGE',
    '2 workers cannot share steps of 1 slice: leave out --workers, or --batch-size 2 or more.',
  ])
  expect(idle.error).toBeNull()
  expect(noticesOf(idle.events)).toContain('With 2 training slices, 1 worker of 3 will have nothing to do.')
})
