import { describe, expect, it } from 'vitest'
import { editSlice } from '../../../../src/main/projects/edit-slice'
import type { PredictEvent } from '../../../../src/shared/contract/review'
import { decide } from '../../../../src/main/reviews/decide'
import { reviewQueue } from '../../../../src/main/reviews/review-queue'
import { cancelPrediction, predictRest } from '../../../../src/main/reviews/running-predictions'
import { GreyInference } from '../reviews/grey-inference'
import type { ReviewProject } from '../reviews/review-project'
import { projectOf } from '../reviews/review-project'

async function predicted(
  project: ReviewProject,
  inference = new GreyInference(),
): Promise<readonly PredictEvent[]> {
  const { session, projects } = project
  const events: PredictEvent[] = []
  for await (const event of predictRest(session, { inference, projects }, undefined)) events.push(event)
  return events
}

const by = 'Ada'
const accept = (project: ReviewProject, slice: number): void =>
  void decide(project.session, { slice, decision: 'accept', spentMs: 4000, by })

describe('predicting the rest', () => {
  it('stores what the model finds as proposals, and says how sure it is', async () => {
    const project = await projectOf([200, 100, 0])
    const { store } = project.session

    const events = await predicted(project)

    expect(events.at(-1)).toEqual({ event: 'report', predicted: 3, skipped: 0, interrupted: false })
    const [sure, unsure, black] = reviewQueue(store).items
    expect(sure).toMatchObject({ state: 'open', objects: 1, probablyEmpty: false, stability: 0.9 })
    expect(sure?.predictedIou).toBeCloseTo(200 / 255)
    expect(unsure?.uncertainty).toBeGreaterThan(sure?.uncertainty ?? 1)
    expect(black).toMatchObject({ objects: 0, probablyEmpty: true, uncertainty: null, level: 'low' })
    const [proposal] = store.annotations.ofSlice(project.slices[0] ?? 0)
    expect(proposal).toMatchObject({ status: 'proposal', origin: 'model', areaPx: 12 * 8 })
    expect(store.labels.list()).toMatchObject([{ name: 'Object' }])
    expect(store.journal.state()).toEqual({ undo: null, redo: null })
  })

  it('leaves alone what a person has done, drawn or begun', async () => {
    const project = await projectOf([200, 200, 200])
    const { session, slices } = project
    const [done = 0, drawn = 0] = slices
    const label = session.store.labels.add('Nerve')
    const draft = { labelId: label.id, runs: [0, 24, 360], status: 'proposal', origin: 'drawn' } as const
    const put = [{ ...draft, runs: [...draft.runs], id: null, prompt: null, predictedIou: null, model: null }]
    const edit = { remove: [], spentMs: 0 }
    editSlice(session, {
      slice: done,
      edit: { ...edit, action: 'nothing-here', put: [], state: 'nothing-here' },
      by,
    })
    editSlice(session, { slice: drawn, edit: { ...edit, action: 'draw', put }, by })

    await predicted(project)

    expect(reviewQueue(session.store).items.map(({ slice }) => slice)).toEqual([slices[2]])
    expect(session.store.annotations.ofSlice(drawn)).toHaveLength(1)
  })

  it('goes on with the other slices when one cannot be read', async () => {
    const project = await projectOf([200, 200])
    const inference = new GreyInference()
    const { AppError } = await import('../../../../src/shared/errors')
    inference.onFind = ({ imageFile }) => {
      if (imageFile.endsWith('0.png')) throw new AppError('FILE_NOT_FOUND', { file: imageFile })
    }

    const events = await predicted(project, inference)

    expect(events).toContainEqual(
      expect.objectContaining({ event: 'skipped', slice: project.slices[0], code: 'FILE_NOT_FOUND' }),
    )
    expect(events.at(-1)).toMatchObject({ predicted: 1, skipped: 1 })
  })

  it('refuses a model without a finder, in words', async () => {
    const project = await projectOf([200])
    const inference = new GreyInference()
    inference.hasFinder = false

    await expect(predicted(project, inference)).rejects.toMatchObject({ code: 'NO_FINDER' })
  })

  it('goes on when nobody watches, and shows who comes later how far it is', async () => {
    const project = await projectOf([200, 200, 200])
    const { session, projects } = project
    const inference = new GreyInference()
    let release = (): void => undefined
    const held = new Promise<void>(resolve => (release = resolve))
    inference.onFind = () => held
    const leaving = new AbortController()
    const first = predictRest(session, { inference, projects }, leaving.signal)
    await first.next()
    const waiting = first.next()
    leaving.abort()
    expect(await waiting).toMatchObject({ done: true })

    const second = predictRest(session, { inference, projects }, undefined)
    expect((await second.next()).value).toMatchObject({ event: 'progress', done: 0, total: 3 })
    release()
    while ((await second.next()).done !== true);

    expect(inference.neighbours).toHaveLength(3)
    expect(reviewQueue(session.store).counts.open).toBe(3)
  })

  it('stops when it is cancelled and keeps what it has', async () => {
    const project = await projectOf([200, 200, 200])
    const { session, projects } = project
    const inference = new GreyInference()
    inference.onFind = () => {
      if (inference.neighbours.length === 2) void cancelPrediction(session)
    }

    const events = []
    for await (const event of predictRest(session, { inference, projects }, undefined)) events.push(event)

    expect(events.at(-1)).toEqual({ event: 'report', predicted: 1, skipped: 0, interrupted: true })
    expect(reviewQueue(session.store).items).toHaveLength(1)
    // And the rest is predicted by the next call.
    await predicted(project)
    expect(reviewQueue(session.store).items).toHaveLength(3)
  })
})

describe('deciding', () => {
  it('makes proposals annotations, signs the slice, and takes it back with one undo', async () => {
    const project = await projectOf([200, 0])
    await predicted(project)
    const { store } = project.session
    const [bright = 0, black = 0] = project.slices

    accept(project, bright)
    accept(project, black)

    expect(store.slices.get(bright)).toMatchObject({ state: 'done', stateBy: 'Ada', spentMs: 4000 })
    expect(store.annotations.ofSlice(bright)).toMatchObject([{ status: 'accepted', origin: 'model' }])
    expect(store.slices.get(black)?.state).toBe('nothing-here')
    expect(reviewQueue(store).counts).toEqual({
      accepted: 2,
      edited: 0,
      rejected: 0,
      open: 0,
      secondsPerSlice: 4,
    })

    project.session.undo()
    project.session.undo()

    expect(store.annotations.ofSlice(bright)).toMatchObject([{ status: 'proposal' }])
    expect(store.slices.get(bright)?.state).toBe('to-do')
    expect(reviewQueue(store).counts).toMatchObject({ accepted: 0, open: 2, secondsPerSlice: null })
  })

  it('removes what is rejected, and brings it back with one undo', async () => {
    const project = await projectOf([200])
    await predicted(project)
    const { store } = project.session
    const [slice = 0] = project.slices

    decide(project.session, { slice, decision: 'reject', spentMs: 0, by })

    expect(store.annotations.ofSlice(slice)).toEqual([])
    expect(store.slices.get(slice)?.state).toBe('rejected')
    project.session.undo()
    expect(store.annotations.ofSlice(slice)).toHaveLength(1)
    expect(reviewQueue(store).counts.open).toBe(1)
  })

  it('counts a slice as edited once a predicted mask is changed by hand', async () => {
    const project = await projectOf([200, 200])
    await predicted(project)
    const { session } = project
    const [changed = 0, kept = 0] = project.slices
    const [mask] = session.store.annotations.ofSlice(changed)
    const [same] = session.store.annotations.ofSlice(kept)
    if (!mask || !same) throw new Error('Nothing was predicted')
    const edit = { remove: [], spentMs: 2000, state: 'done' } as const
    const put = (of: typeof mask, runs: number[]) => [{ ...of, status: 'accepted' as const, runs }]

    editSlice(session, {
      slice: changed,
      edit: { ...edit, remove: [], action: 'brush', put: put(mask, [0, 48, 336]) },
      by,
    })
    editSlice(session, {
      slice: kept,
      edit: { ...edit, remove: [], action: 'accept', put: put(same, same.runs) },
      by,
    })

    expect(reviewQueue(session.store).counts).toMatchObject({ edited: 1, accepted: 1, open: 0 })
  })
})
