import { expect, test } from 'vitest'
import { describeEvent } from '../../../../src/main/doors/cli/describe-event'

const scores = (dice: number) => ({ dice, iou: dice, low: dice - 0.01, high: dice + 0.01 })
const gain = { dice: 0.5, low: 0.4, high: 0.6 }

test('the demo’s table has both families in rows of their own, and says where no points are offered', () => {
  const rows = describeEvent(
    {
      ...{ event: 'report', command: 'demo', cases: 10, checkpoint: 'best.pth', seconds: 1 },
      models: [
        { model: 'boxes-only', tuned: false, point: null, box: scores(0.96) },
        { model: 'other', tuned: true, point: scores(0.9), box: scores(0.97) },
      ],
      base: { point: scores(0.4), box: scores(0.9) },
      tuned: { point: scores(0.9), box: scores(0.97) },
      ellipse: { box: scores(0.95) },
      gain: { point: gain, box: gain },
    },
    [],
  )

  expect(rows.find(row => row.startsWith('boxes-only, as it came'))).toMatch(
    /not offered +0\.960 \[0\.950, 0\.970\]/,
  )
  expect(rows.find(row => row.startsWith('other, tuned here'))).toMatch(/0\.900 \[.*\] +0\.970 \[/)
  expect(rows.find(row => row.startsWith('plain ellipse'))).toMatch(/– +0\.950/)
})

test('a model judged in passing is called by what it is', () => {
  const line = (model: string) =>
    describeEvent({ event: 'evaluation', model, prompt: 'box', dice: 0.9, iou: 0.8, cases: 2 }, [])[0]

  expect(line('base')).toMatch(/^Base model, loose box: Dice 0\.900/)
  expect(line('tuned')).toMatch(/^Tuned model, /)
  expect(line('medsam-lite')).toMatch(/^medsam-lite, /)
})
