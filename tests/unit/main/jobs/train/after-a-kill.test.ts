import { copyFileSync, readdirSync, readFileSync, rmSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSavedRun } from '../../../../../src/main/jobs/train/saved-state'
import { discFiles } from '../../support/disc-slices'
import { folderWith } from '../../support/folders'
import { picoCheckpoint } from '../../support/pico-weights'
import { noticesOf, runTrain, stepsOf, TrainReport } from './run-train'

/** A few slices and the weights to train on them. */
function tinyTraining(slices: number) {
  const files = { ...discFiles(slices, 'train/'), ...discFiles(1, 'val/', 10) }
  const data = folderWith({ ...files, 'pico.pth': picoCheckpoint() })
  return { data, model: join(data, 'pico.pth'), out: join(data, 'runs') }
}

/** One epoch of three, as its files are when the process is killed in the middle of the second. */
async function killedInTheSecondEpoch() {
  const training = tinyTraining(4)
  const { data, out } = training
  const first = await runTrain({ ...training, epochs: 3 }, (event, stop) => {
    if (event.event !== 'epoch') return
    const [run = ''] = readdirSync(out)
    copyFileSync(join(out, run, 'medsam_lite_best.pth'), join(data, 'best.pth'))
    stop.request()
  })
  const { folder } = TrainReport.parse(first.events.at(-1))
  const [latest, best] = [join(folder, 'medsam_lite_latest.pth'), join(folder, 'medsam_lite_best.pth')]
  copyFileSync(join(data, 'best.pth'), best)
  return { training, out, latest, best }
}

test('a run that was killed after its first best checkpoint and before a latest one goes on from the best', async () => {
  const { training, latest, best } = await killedInTheSecondEpoch()
  rmSync(latest)

  const { events, error } = await runTrain({ ...training, epochs: 2, resume: training.out })

  expect(error).toBeNull()
  expect(noticesOf(events)).toContain(`Going on from ${best}: epoch 2, step 1.`)
  expect(stepsOf(events).map(([epoch, step]) => [epoch, step])).toEqual([
    [2, 1],
    [2, 2],
  ])
})

test('of two checkpoints the best one is gone on from where it was written last and is further', async () => {
  const { training, out, latest, best } = await killedInTheSecondEpoch()
  const untrained = join(training.data, 'untrained')
  await runTrain({ ...training, out: untrained, epochs: 3 }, (event, stop) => {
    if (event.event === 'progress' && event.stage === 'Judging the base') stop.request()
  })
  const [run = ''] = readdirSync(untrained)
  const before = join(untrained, run, 'medsam_lite_latest.pth')
  expect(readSavedRun(readFileSync(before), before).run?.state.epoch).toBe(0)
  copyFileSync(before, latest)
  const resumedFrom = async (bestAge: number): Promise<string> => {
    utimesSync(latest, 1000, 1000)
    utimesSync(best, 1000 - bestAge, 1000 - bestAge)
    const { events } = await runTrain({ ...training, epochs: 3, resume: out }, (_, stop) => {
      stop.request()
      stop.request()
    })
    return noticesOf(events).find(text => text.startsWith('Going on from')) ?? ''
  }

  const newer = await resumedFrom(-1)

  expect(newer).toBe(`Going on from ${best}: epoch 2, step 1.`)
  copyFileSync(before, latest)
  expect(await resumedFrom(1)).toBe(`Going on from ${latest}: epoch 1, step 1.`)
  // Newer, but no further: files that were copied in another order.
  copyFileSync(best, latest)
  expect(await resumedFrom(-1)).toBe(`Going on from ${latest}: epoch 2, step 1.`)
})

test('a run that was killed before its report writes it when it goes on, and trains no more', async () => {
  const training = tinyTraining(2)
  const whole = await runTrain(training)
  const { folder, best } = TrainReport.parse(whole.events.at(-1))
  for (const name of ['MODEL_CARD.md', 'overlays.png']) rmSync(join(folder, name))

  const { events, error } = await runTrain({ ...training, resume: training.out })

  expect(error).toBeNull()
  expect(stepsOf(events)).toEqual([])
  expect(noticesOf(events)).toContain(
    `Going on from ${join(folder, 'medsam_lite_latest.pth')}, which has done its 2 epochs: more are trained with a higher --epochs only.`,
  )
  expect(TrainReport.parse(events.at(-1))).toMatchObject({
    folder,
    best,
    ended: 'finished',
    interrupted: false,
  })
  expect(readdirSync(folder)).toEqual(expect.arrayContaining(['MODEL_CARD.md', 'overlays.png']))
})
