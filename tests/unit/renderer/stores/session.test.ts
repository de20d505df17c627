import { describe, expect, it } from 'vitest'
import type { Annotation } from '../../../../src/shared/domain/annotation'
import { Answers } from '../../../../src/renderer/src/stores/answers'
import {
  draftOf,
  isInStep,
  newSession,
  sessionOf,
  stateWithout,
  takesPlaceOf,
} from '../../../../src/renderer/src/stores/session'

const prompt = { box: { x0: 1, y0: 1, x1: 8, y1: 8 }, points: [] }
const stored: Annotation = {
  id: 7,
  labelId: 1,
  runs: [10, 5, 85],
  status: 'proposal',
  origin: 'model',
  prompt,
  predictedIou: 0.8,
  model: 'base',
  box: prompt.box,
  areaPx: 5,
}
const candidates = [
  { runs: [9, 6, 85], areaPx: 6, predictedIou: 0.9 },
  { runs: [10, 5, 85], areaPx: 5, predictedIou: 0.8 },
]

describe('sessionOf', () => {
  it('is no object of this sitting, which Esc would take away', () => {
    expect(newSession(3, 1).handle.isNew).toBe(true)
    expect(sessionOf(3, stored, new Answers()).handle.isNew).toBe(false)
  })

  it('finds the other candidates again while the stored mask is one of them', () => {
    const answers = new Answers()
    answers.add(3, prompt, candidates)

    const session = sessionOf(3, stored, answers)

    expect([session.candidates, session.chosen]).toEqual([candidates, 1])
  })

  it('offers only the stored mask when it was painted on', () => {
    const answers = new Answers()
    answers.add(3, prompt, candidates)

    const session = sessionOf(3, { ...stored, runs: [10, 4, 86], areaPx: 4 }, answers)

    expect(session.candidates.map(({ runs }) => runs)).toEqual([[10, 4, 86]])
  })

  it('begins with the box around a mask that was drawn by hand', () => {
    const session = sessionOf(3, { ...stored, prompt: null, predictedIou: null }, new Answers())

    expect(session.prompt).toEqual({ box: stored.box, points: [] })
  })
})

describe('isInStep', () => {
  const session = { ...sessionOf(3, stored, new Answers()), candidates, chosen: 0 }

  it('lets another candidate be chosen that is not stored yet', () => {
    expect(isInStep(session, stored)).toBe(true)
  })

  it('notices that undo has brought another mask back, under the same prompt', () => {
    expect(isInStep(session, { ...stored, runs: [20, 5, 75] })).toBe(false)
  })
})

describe('takesPlaceOf', () => {
  const old = sessionOf(3, stored, new Answers())
  const drawn = (x0: number) => ({
    ...newSession(3, 1),
    prompt: { box: { x0, y0: 1, x1: x0 + 7, y1: 8 }, points: [] },
  })

  it('is a better box for the same object when both lie on each other, else another object', () => {
    expect([takesPlaceOf(drawn(2), old), takesPlaceOf(drawn(30), old), takesPlaceOf(drawn(2), null)]).toEqual(
      [true, false, false],
    )
  })
})

describe('draftOf', () => {
  it('stores nothing before the first answer', () => {
    expect(draftOf(newSession(3, 1), 'proposal')).toBeNull()
  })

  it('stores the prompt that the mask answers, not a newer one', () => {
    const session = { ...sessionOf(3, stored, new Answers()), prompt: { box: null, points: [] } }

    expect(draftOf(session, 'accepted')).toMatchObject({ id: 7, status: 'accepted', prompt })
  })
})

describe('stateWithout', () => {
  it('is as far as what is left', () => {
    const accepted: Annotation = { ...stored, id: 8, status: 'accepted' }

    expect(stateWithout([stored], 7)).toBe('to-do')
    expect(stateWithout([stored, accepted], 7)).toBe('done')
    expect(stateWithout([stored, accepted], 8)).toBe('in-progress')
  })
})
