import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { recipeOf } from '../../../../src/shared/domain/training-options'
import { dataFolder } from '../../../../src/main/trainings/run-files'
import { AppError } from '../../../../src/shared/errors'
import { discProject, shortRun, trainingsOf, watched } from './disc-project'

const wishes = { preset: 'quick', changes: shortRun, name: null, allowSharedGroup: false } as const

it('fine-tunes on what was accepted, keeps curves, masks and log, and makes a version', async () => {
  const session = await discProject({ done: 5, empty: 1 })
  const trainings = trainingsOf()

  const run = trainings.start(session, wishes)
  expect(trainings.isActive).toBe(true)
  const events = await watched(trainings.watch(session, run.id))

  expect(run).toMatchObject({ name: 'v1', state: 'running', trainSlices: 4, valSlices: 1, plannedEpochs: 2 })
  const [ended] = trainings.list(session)
  expect(ended).toMatchObject({ state: 'finished', error: null, reason: null, version: `run:${run.id}` })
  expect(ended?.epochs.map(({ epoch }) => epoch)).toEqual([1, 2])
  expect(ended?.verdict?.cases).toHaveLength(1)
  expect(ended?.verdict?.baseDice).toBeCloseTo(ended?.baseDice ?? NaN, 10)
  const { samples, log } = {
    samples: session.store.runs.samples(run.id),
    log: session.store.runs.log(run.id),
  }
  expect(samples.map(({ epoch }) => epoch)).toEqual([0, 1, 2])
  expect(log.filter(({ message }) => message.startsWith('epoch '))).toHaveLength(2)
  expect(events.filter(({ event }) => event === 'sample')).toHaveLength(3)
  const [version] = session.store.versions.list()
  expect(version).toMatchObject({ name: 'v1', base: 'efficientsam-ti-medical', trainSlices: 4, valSlices: 1 })
  expect(existsSync(join(session.folder, version?.file ?? ''))).toBe(true)
  expect(readdirSync(join(session.folder, 'runs', String(run.id)))).toEqual(['out'])
  expect(trainings.isActive).toBe(false)
})

it('replays everything to who comes late, also after the end', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const run = trainings.start(session, wishes)
  const late = new Promise<void>(resolve => {
    void watched(trainings.watch(session, run.id), event => {
      if (event.event === 'epoch') resolve()
    })
  })
  await late

  const [first, ...rest] = await watched(trainings.watch(session, run.id))
  const after = await watched(trainings.watch(session, run.id))

  expect(first).toMatchObject({ event: 'run', run: { epochs: [{ epoch: 1 }] } })
  expect(rest.find(({ event }) => event === 'sample')).toMatchObject({ sample: { epoch: 0 } })
  expect(after[0]).toMatchObject({ event: 'run', run: { state: 'finished', epochs: [{}, {}] } })
})

it('pauses with its state saved, and goes on to the end', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const run = trainings.start(session, wishes)

  await watched(trainings.watch(session, run.id), event => {
    if (event.event === 'epoch' && event.figures.epoch === 1) trainings.pause(session, run.id)
  })
  const paused = trainings.list(session)[0]
  expect(paused).toMatchObject({ state: 'paused', epochs: [{ epoch: 1 }], version: null })
  expect(trainings.resume(session, run.id)).toBe('running')
  await watched(trainings.watch(session, run.id))

  expect(trainings.list(session)[0]).toMatchObject({ state: 'finished', epochs: [{}, {}], version: 'run:1' })
})

it('pauses before there is a checkpoint, and then begins anew', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const run = trainings.start(session, wishes)

  await watched(trainings.watch(session, run.id), event => {
    if (event.event === 'stage') trainings.pause(session, run.id)
  })
  expect(trainings.list(session)[0]).toMatchObject({ state: 'paused', epochs: [] })
  trainings.resume(session, run.id)
  await watched(trainings.watch(session, run.id))

  expect(trainings.list(session)[0]).toMatchObject({ state: 'finished', epochs: [{}, {}] })
})

it('stops and keeps the best so far, with a verdict', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const run = trainings.start(session, { ...wishes, changes: { ...shortRun, epochs: 50, finder: true } })

  await watched(trainings.watch(session, run.id), event => {
    if (event.event === 'epoch' && event.figures.epoch === 2) trainings.stop(session, run.id)
  })

  const [ended] = trainings.list(session)
  expect(ended).toMatchObject({ state: 'finished', reason: 'stopped', version: 'run:1', plannedEpochs: 50 })
  expect(ended?.epochs).toHaveLength(2)
  expect(ended?.verdict?.foundDice).not.toBeNull()
})

it('pauses while the finder is taught, and teaches it when it goes on', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const run = trainings.start(session, { ...wishes, changes: { ...shortRun, finder: true } })

  await watched(trainings.watch(session, run.id), event => {
    if (event.event === 'stage' && event.stage === 'Teaching the finder') trainings.pause(session, run.id)
  })
  expect(trainings.list(session)[0]).toMatchObject({ state: 'paused', version: null })
  trainings.resume(session, run.id)
  await watched(trainings.watch(session, run.id))

  const [ended] = trainings.list(session)
  expect(ended).toMatchObject({ state: 'finished', epochs: [{}, {}], reason: null })
  expect(ended?.verdict?.foundDice).not.toBeNull()
})

it('leaves nothing of a run that is stopped before its first epoch', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const run = trainings.start(session, wishes)

  await watched(trainings.watch(session, run.id), event => {
    if (event.event === 'stage') trainings.stop(session, run.id)
  })
  await trainings.dispose()

  expect(trainings.list(session)).toEqual([])
  expect(existsSync(join(session.folder, 'runs', '1'))).toBe(false)
})

it('refuses a second run, and a project of one patient unless that is allowed', async () => {
  const session = await discProject({ done: 4, group: 'one' })
  const trainings = trainingsOf()

  expect(() => trainings.start(session, wishes)).toThrow(/one patient or volume/)
  const run = trainings.start(session, { ...wishes, allowSharedGroup: true })
  expect(() => trainings.start(session, { ...wishes, allowSharedGroup: true })).toThrow(/still training/)
  await watched(trainings.watch(session, run.id))

  expect(trainings.list(session)[0]?.verdict?.independent).toBe(false)
})

it('offers a run that a killed process left', async () => {
  const session = await discProject({ done: 4 })
  session.store.runs.add(
    {
      ...{ name: 'v1', preset: 'quick', base: 'efficientsam-ti-medical', plannedEpochs: 2 },
      settings: { recipe: recipeOf('quick', shortRun), allowSharedGroup: false },
      ...{ trainSlices: 3, valSlices: 1, startedAt: new Date().toISOString() },
    },
    id => `runs/${id}`,
  )
  const trainings = trainingsOf()

  trainings.recover(session)
  expect(trainings.list(session)[0]?.state).toBe('cut-off')
  expect(trainings.resume(session, 1)).toBe('running')
  await watched(trainings.watch(session, 1))

  // It was killed before its data set was written.
  expect(trainings.list(session)[0]).toMatchObject({ state: 'finished' })
})

it('names slices and files of the project, not its own copies of them', async () => {
  const session = await discProject({ done: 4 })
  const copies = dataFolder(join(session.folder, 'runs/1'))
  const image = join(copies, 'train/images/g000001-slice-000000002.png')
  // eslint-disable-next-line @typescript-eslint/require-await -- a job is a stream
  const trainings = trainingsOf(async function* () {
    yield { event: 'skipped', file: image, code: 'X', message: `${image} is left out: one pixel is odd.` }
    throw new AppError('NO_USABLE_SLICES', { file: copies })
  })

  const { id } = trainings.start(session, wishes)
  await watched(trainings.watch(session, id))

  const said = session.store.runs.log(id).map(({ message }) => message)
  expect(said[0]).toBe(
    `slice disc-1 (${join(session.folder, 'images/disc-1.png')}) is left out: one pixel is odd.`,
  )
  expect(said[1]).toBe(`Nothing in ${session.folder} can be used. See the reports above, one per file.`)
  expect(trainings.list(session)[0]?.error?.message).toBe(said[1])
})

it('says that a run whose folder was removed is gone, and does not begin it anew', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const run = trainings.start(session, wishes)
  await watched(trainings.watch(session, run.id), ({ event }) => {
    if (event === 'epoch') trainings.pause(session, run.id)
  })
  const folder = join(session.folder, 'runs', String(run.id))
  rmSync(folder, { recursive: true })

  expect(trainings.list(session)[0]).toMatchObject({
    ...{ state: 'failed', bestEpoch: null, version: null },
    error: { code: 'RUN_GONE', message: expect.stringContaining(folder) as string },
  })
  const gone = expect.objectContaining({ code: 'RUN_GONE' }) as Error
  expect(() => trainings.resume(session, run.id)).toThrow(gone)
  expect(() => trainings.stop(session, run.id)).toThrow(gone)
  expect(trainings.isActive).toBe(false)
  await trainings.remove(session, run.id)
  expect(trainings.list(session)).toEqual([])
})
