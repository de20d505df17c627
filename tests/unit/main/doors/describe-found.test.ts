import { expect, test } from 'vitest'
import { describeEvent } from '../../../../src/main/doors/cli/describe-event'
import type { FoundEvent } from '../../../../src/shared/domain/events'

const box = { x0: 1, y0: 2, x1: 3, y1: 4 }
const nothing: FoundEvent = {
  event: 'found',
  file: 'a.nii',
  slice: 4,
  objects: [],
  classes: [{ label: 1, presence: 0.1, probablyEmpty: true, calibrated: true }],
}

test('a slice that the finder takes for empty is told apart from one in which nothing came of its boxes', () => {
  const [known] = nothing.classes
  const seen = known ? [{ ...known, label: 2, probablyEmpty: false }] : []

  expect(describeEvent(nothing, [])).toEqual(['a.nii, slice 4: probably empty'])
  expect(describeEvent({ ...nothing, slice: null, classes: [...nothing.classes, ...seen] }, [])).toEqual([
    'a.nii: nothing found',
  ])
})

test('found objects are counted, with how sure the model is of each', () => {
  const objects = [0.914, 0.5].map(predictedIou => ({ label: 1, box, predictedIou, fromNeighbour: false }))

  expect(describeEvent({ ...nothing, objects }, [])).toEqual([
    'a.nii, slice 4: 2 objects (predicted IoU 0.91, 0.50)',
  ])
})
