import { expect, it } from 'vitest'
import { lastOf, yRange } from '../../../../src/renderer/src/components/charts/chart'
import { diceChart, lossChart, rateChart } from '../../../../src/renderer/src/components/tune/run-charts'
import type { TrainingRun } from '../../../../src/shared/domain/training-run'

const run = (epochs: TrainingRun['epochs']): TrainingRun => ({
  ...{ id: 1, name: 'v1', preset: 'quick', state: 'running', epochs, plannedEpochs: 25, bestEpoch: 2 },
  ...{ baseDice: 0.6, trainSlices: 8, valSlices: 2, seconds: 3, startedAt: '2026-11-24T12:00:00.000Z' },
  ...{ reason: null, error: null, verdict: null, version: null },
})
const epoch = (number: number, valDice: number | null) => ({
  ...{ epoch: number, trainLoss: 0.4, valLoss: 0.3, valDice, learningRate: 2e-4, seconds: 1 },
})

it('lets x run to the planned end, so that the empty part is what is left', () => {
  const chart = lossChart(run([epoch(1, 0.7), epoch(2, 0.8)]))

  expect([chart.x, chart.xMax, chart.best?.x]).toEqual([[1, 2], 25, 2])
  expect(chart.lines.map(({ label, dash }) => [label, dash === undefined])).toEqual([
    ['val', true],
    ['train', false],
  ])
})

it('begins the Dice with the base, which stays as a level', () => {
  const chart = diceChart(run([epoch(1, 0.7), epoch(2, 0.8)]))

  expect(chart.x).toEqual([0, 1, 2])
  expect(chart.lines[0]?.values).toEqual([0.6, 0.7, 0.8])
  expect(chart.level).toEqual({ value: 0.6, label: 'base 0.600' })
  expect(yRange(chart)).toEqual([0.6, 1])
})

it('draws an empty chart before the first epoch', () => {
  const empty = { ...run([]), baseDice: null, bestEpoch: null }

  for (const chart of [lossChart(empty), diceChart(empty), rateChart(empty)]) {
    const [low, high] = yRange(chart)
    expect(Number.isFinite(low) && high > low).toBe(true)
    expect(chart.best ?? null).toBeNull()
  }
})

it('finds the last value of a line that ends with gaps', () => {
  const line = { label: '', colour: '--c-val', width: 1, values: [0.1, 0.2, null] }

  expect(lastOf(line)).toEqual({ index: 1, value: 0.2 })
  expect(lastOf({ ...line, values: [null] })).toBeNull()
})
