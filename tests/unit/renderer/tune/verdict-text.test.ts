import { expect, it } from 'vitest'
import {
  scorePair,
  signed,
  verdictHead,
  verdictText,
} from '../../../../src/renderer/src/components/tune/verdict-text'
import type { TrainingRun, Verdict } from '../../../../src/shared/domain/training-run'

const oneCase = (name: string, base: number, tuned: number) => ({
  ...{ sliceId: 1, name, base, tuned, found: null },
})
const verdict = (outcome: Verdict['outcome'], cases: Verdict['cases']): Verdict => ({
  ...{ outcome, baseDice: 0.86, tunedDice: 0.97, foundDice: null, gainLow: 0.04, gainHigh: 0.15 },
  ...{ isSmall: true, independent: true, cases },
})
const run: TrainingRun = {
  ...{ id: 1, name: 'v1', preset: 'quick', state: 'finished', epochs: [], plannedEpochs: 25, bestEpoch: 2 },
  ...{ baseDice: 0.86, trainSlices: 9, valSlices: 3, seconds: 3, startedAt: '2026-11-24T12:00:00.000Z' },
  ...{ reason: null, error: null, verdict: null, version: 'run:1' },
}

it('says first whether it helped, in words', () => {
  const cases = [oneCase('a', 0.86, 0.97), oneCase('b', 0.8, 0.9)]

  expect(verdictHead(run, verdict('better', cases))).toBe('v1 beats the base: Dice 0.86 → 0.97')
  expect(verdictText(run, verdict('better', cases))).toBe(
    'Mean of 2 held-out slices that it never trained on.',
  )
})

it('names the worst slice of a worse model, and counts the sides of a mixed one', () => {
  const cases = [oneCase('443_HC', 0.9, 0.5), oneCase('b', 0.8, 0.9), oneCase('c', 0.8, 0.7)]

  expect(verdictText(run, verdict('worse', cases))).toContain('Worst slice: 443_HC.')
  expect(verdictText(run, verdict('mixed', cases))).toBe(
    'Better on 1, worse on 2. Look at those before you switch.',
  )
})

it('shows a third digit where two would hide the difference', () => {
  expect(scorePair(0.861, 0.864)).toEqual(['0.861', '0.864'])
  expect(scorePair(0.86, 0.97)).toEqual(['0.86', '0.97'])
  expect([signed(0.04), signed(-0.15), signed(0), signed(null)]).toEqual(['+0.04', '-0.15', '0.00', '–'])
})
