import { expect, it } from 'vitest'
import type { Annotation } from '../../../../src/shared/domain/annotation'
import type { LabelClass } from '../../../../src/shared/domain/label-class'
import { ghostsOf } from '../../../../src/renderer/src/components/annotate/ghosts-of'

const label: LabelClass = {
  ...{ id: 1, name: 'a', colour: 1, key: 1 },
  ...{ isHidden: false, isLocked: false, opacity: null },
}
const accepted: Annotation = {
  id: 7,
  labelId: 1,
  runs: [10, 5, 85],
  status: 'accepted',
  origin: 'model',
  prompt: null,
  predictedIou: null,
  model: null,
  box: { x0: 0, y0: 1, x1: 4, y1: 1 },
  areaPx: 5,
}

it('shows of a neighbour only what was accepted, of labels that are shown', () => {
  const annotations = [
    accepted,
    { ...accepted, id: 8, status: 'proposal' as const },
    { ...accepted, id: 9, areaPx: 0 },
    { ...accepted, id: 10, labelId: 2 },
    { ...accepted, id: 11, labelId: 3 },
  ]
  const hidden = { ...label, id: 2, isHidden: true }

  const ghosts = ghostsOf({ annotations }, [label, hidden])

  expect(ghosts.map(({ id }) => id)).toEqual([7])
})
