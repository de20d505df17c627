import { expect, test } from 'vitest'
import { epochLines } from '../../../../../src/main/jobs/train/epoch-line'

const line = (epoch: number, valDice: number | null = 0.5) => ({
  epoch,
  trainLoss: 1 / epoch,
  valLoss: null,
  valDice,
  learningRate: 1e-4,
  seconds: 2,
  best: epoch === 1,
})
const text = (epoch: number): string => JSON.stringify(line(epoch))

test('the log is read back up to the epoch that a checkpoint holds', () => {
  const log = `${text(1)}\n${text(2)}\n${text(3)}\n`

  expect(epochLines(log, 2)).toEqual([line(1), line(2)])
  expect(epochLines(log, 0)).toEqual([])
  expect(epochLines('', 5)).toEqual([])
})

test('half a line, an empty one and one of another program are passed over', () => {
  const log = `${text(1)}\n\n{"epoch":7,"loss":0.1}\nnull\n${text(2)}\r\n${text(3).slice(0, 30)}`

  expect(epochLines(log, 9)).toEqual([line(1), line(2)])
})

test('a loss that was no number comes back as null', () => {
  const stored = JSON.stringify({ ...line(1), valLoss: NaN, valDice: null })

  expect(epochLines(stored, 1)).toEqual([line(1, null)])
})
