import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { encoderOf } from '../../../../src/main/inference/background-encoding'
import type { CallOptions, ModelName, SliceSource } from '../../../../src/main/inference/inference'
import { editSlice } from '../../../../src/main/projects/edit-slice'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import type { Trainings } from '../../../../src/main/trainings/trainings'
import { AppError } from '../../../../src/shared/errors'
import { GreyInference } from '../reviews/grey-inference'
import { projectOf } from '../reviews/review-project'

/** Encodes when the test lets it, one slice a time. */
class StepwiseInference extends GreyInference {
  /** Files in the order in which they were asked for */
  readonly asked: string[] = []
  /** Files that the disk has already, with their windows' centres */
  readonly kept = new Set<string>()
  readonly urgencies = new Set<CallOptions['urgency']>()
  #answer: (error?: Error) => void = () => undefined

  override encode(_?: ModelName, source?: SliceSource, options?: CallOptions): Promise<void> {
    this.asked.push(source?.imageFile.slice(-5) ?? '')
    this.urgencies.add(options?.urgency)
    return new Promise((resolve, reject) => {
      this.#answer = error => (error ? reject(error) : resolve())
      options?.signal?.addEventListener('abort', () => reject(new DOMException('', 'AbortError')))
    })
  }

  override known(_?: ModelName, sources: readonly SliceSource[] = []): Promise<readonly boolean[]> {
    const nameOf = ({ imageFile, window }: SliceSource) => `${imageFile.slice(-5)} ${window?.centre ?? 'own'}`
    return Promise.resolve(sources.map(source => this.kept.has(nameOf(source))))
  }

  async step(error?: Error): Promise<void> {
    this.#answer(error)
    await turns()
  }
}

/** Long enough for everything that waits for nothing but promises. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(resolve => setImmediate(resolve))
}

async function encoding(count = 5, isTraining = false, kept: readonly string[] = []) {
  const { session, projects, slices } = await projectOf(Array.from({ length: count }, () => 100))
  const inference = new StepwiseInference()
  for (const name of kept) inference.kept.add(name)
  const trainings = { isTraining }
  // Only whether one is active is asked.
  const world = { inference, projects, trainings: trainings as unknown as Trainings }
  const encoder = encoderOf(world, session)
  onTestFinished(() => encoder.stop())
  await turns()
  return { session, inference, encoder, slices, trainings }
}

function setWindow(session: ProjectSession, slice: number, centre: number): void {
  const edit = { action: 'window', spentMs: 0, window: { centre, width: 9 } } as const
  editSlice(session, { slice, edit: { ...edit, put: [], remove: [] }, by: '' })
}

describe('encoding in the background', () => {
  test('begins no slice while pictures are being asked for, and goes on afterwards', async () => {
    const { inference, encoder } = await encoding()

    encoder.rest(50)
    await inference.step()
    const whileAsked = [...inference.asked]
    await vi.waitFor(() => expect(inference.asked).toHaveLength(2))

    expect(whileAsked).toEqual(['0.png'])
  })

  test('goes from the slice on the screen outwards, behind everything that a person waits for', async () => {
    const { inference, encoder, slices } = await encoding()

    encoder.focus(slices[3] ?? 0)
    for (let step = 0; step < 5; step++) await inference.step()

    expect(inference.asked).toEqual(['0.png', '3.png', '4.png', '2.png', '1.png'])
    expect([...inference.urgencies]).toEqual(['later'])
    expect(encoder.state()).toMatchObject({ done: 5, total: 5, state: 'done', current: null, secondsLeft: 0 })
  })

  test('says how long the others will take, by those that it has done', async () => {
    const { inference, encoder, slices } = await encoding()

    expect(encoder.state()).toMatchObject({ state: 'running', current: slices[0], secondsLeft: null })
    await new Promise(resolve => setTimeout(resolve, 50))
    await inference.step()
    expect(encoder.state().secondsLeft).toBeGreaterThan(4 * 0.04)
    expect(encoder.state().secondsLeft).toBeLessThan(4 * 5)
  })

  test('waits while a training wants the cores', async () => {
    const { inference, encoder, trainings } = await encoding(2, true)

    expect(encoder.state().state).toBe('waits-for-training')
    expect(inference.asked).toEqual([])
    trainings.isTraining = false
    encoder.look()
    await turns()
    expect(inference.asked).toEqual(['0.png'])
  })

  test('stops when it is paused, after the slice that it is at, and goes on when it is told to', async () => {
    const { inference, encoder } = await encoding(3)

    encoder.pause()
    await inference.step()
    expect(encoder.state()).toMatchObject({ state: 'paused', done: 1 })
    expect(inference.asked).toHaveLength(1)
    encoder.resume()
    await turns()
    expect(inference.asked).toHaveLength(2)
  })

  test('lists a slice that cannot be read, and does not try it again by itself', async () => {
    const { inference, encoder, slices } = await encoding(2)

    await inference.step(new AppError('FILE_NOT_FOUND', { file: '0.png' }))
    await inference.step()

    expect(inference.asked).toEqual(['0.png', '1.png'])
    expect(encoder.state()).toMatchObject({
      ...{ state: 'done', done: 1, total: 2 },
      failed: [{ slice: slices[0], code: 'FILE_NOT_FOUND' }],
    })
  })

  test('encodes a slice again when its window is another one, also one that is changed meanwhile', async () => {
    const { session, inference, encoder, slices } = await encoding(2)
    setWindow(session, slices[0] ?? 0, 50)
    for (let step = 0; step < 3; step++) await inference.step()
    expect(inference.asked).toEqual(['0.png', '0.png', '1.png'])

    setWindow(session, slices[1] ?? 0, 60)
    await turns()

    expect(inference.asked.at(-1)).toBe('1.png')
    expect(encoder.state()).toMatchObject({ state: 'running', done: 1 })
  })

  test('counts what an earlier sitting has left on disk, and asks for the others only', async () => {
    const { inference, encoder } = await encoding(3, false, ['0.png own', '2.png own'])

    expect(encoder.state()).toMatchObject({ state: 'running', done: 2, total: 3 })
    await inference.step()

    expect(inference.asked).toEqual(['1.png'])
    expect(encoder.state()).toMatchObject({ state: 'done', done: 3 })
  })

  test('is done at once when a window comes back under which the slice was encoded', async () => {
    const kept = ['0.png own', '0.png 50']
    const { session, inference, encoder, slices } = await encoding(1, false, kept)

    setWindow(session, slices[0] ?? 0, 50)
    await turns()
    expect(encoder.state()).toMatchObject({ state: 'done', done: 1 })
    setWindow(session, slices[0] ?? 0, 60)
    await turns()

    expect(inference.asked).toEqual(['0.png'])
    expect(encoder.state()).toMatchObject({ state: 'running', done: 0 })
  })

  test('begins anew when another model is in use', async () => {
    const { session, inference, encoder } = await encoding(1)
    await inference.step()
    expect(encoder.state().state).toBe('done')

    session.store.settings.set('model', 'other')
    session.changes.publish({ kind: 'models', model: 'other' })
    await turns()

    expect(encoder.state()).toMatchObject({ state: 'running', done: 0 })
  })

  test('gives up when the engine is lost again and again, until a person says go on', async () => {
    const { inference, encoder } = await encoding(2)

    for (let loss = 0; loss < 3; loss++) await inference.step(new AppError('BACKEND_LOST', {}))
    expect(encoder.state()).toMatchObject({ state: 'paused', failed: [] })
    expect(inference.asked).toEqual(['0.png', '0.png', '0.png'])
    encoder.resume()
    await turns()
    expect(inference.asked).toHaveLength(4)
  })

  test('says once that the model cannot be opened', async () => {
    const { session, projects } = await projectOf([100, 100])
    const inference = new StepwiseInference()
    inference.describe = () => Promise.reject(new AppError('WEIGHTS_NOT_FOUND', { model: 'gone' }))
    // Only whether one is active is asked.
    const trainings = { isTraining: false } as unknown as Trainings
    const encoder = encoderOf({ inference, projects, trainings }, session)
    onTestFinished(() => encoder.stop())
    await turns()

    expect(encoder.state()).toMatchObject({ state: 'paused', failed: [{ code: 'WEIGHTS_NOT_FOUND' }] })
    expect(inference.asked).toEqual([])
  })

  test('ends what is under way when its project is closed, and all who watch it', async () => {
    const { encoder } = await encoding(2)
    const watched = (async () => {
      const states = []
      for await (const { state } of encoder.watch()) states.push(state)
      return states
    })()
    await turns()

    await encoder.stop()

    expect(await watched).toEqual(['running'])
  })
})
