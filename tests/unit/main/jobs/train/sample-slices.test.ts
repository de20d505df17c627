import { expect, it } from 'vitest'
import { decodeRuns } from '../../../../../src/shared/masks/rle'
import { discFiles } from '../../support/disc-slices'
import { folderWith } from '../../support/folders'
import { runTrain } from './run-train'

it('shows the same held-out slices before the first epoch and after each one, and the sides at the start', async () => {
  const data = folderWith({ ...discFiles(4), ...discFiles(1, '', 9) })

  const { events, error } = await runTrain({ data, out: folderWith({}), sampleSlices: 1 })

  expect(error).toBeNull()
  const split = events.find(event => event.event === 'split')
  expect([split?.train.length, split?.val.length, split?.independent]).toEqual([4, 1, true])
  const samples = events.filter(event => event.event === 'sample')
  expect(samples.map(({ epoch, name }) => [epoch, name])).toEqual([0, 1, 2].map(at => [at, split?.val[0]]))
  expect(samples.every(({ runs }) => decodeRuns(runs, 64 * 64).length === 64 * 64)).toBe(true)
  const done = events.find(event => event.event === 'done')
  const [one] = done?.['cases'] as { name: string; base: number; tuned: number; found: number | null }[]
  expect(one).toMatchObject({ name: split?.val[0], found: null })
  expect(one?.tuned).toBeCloseTo(done?.best.valDice ?? NaN, 10)
})

it('shows none where nobody asks', async () => {
  const { events } = await runTrain({ data: folderWith(discFiles(3)), out: folderWith({}), epochs: 1 })

  expect(events.filter(({ event }) => event === 'sample' || event === 'split')).toEqual([])
})
