import { expect, it, vi } from 'vitest'
import type { TrainingPlan } from '../../../../src/shared/contract/training'
import type { StopFlag } from '../../../../src/main/workers/stop-flag'
import { discProject, keptSpeeds, shortRun, trainingsOf, watched } from './disc-project'

const wishes = { changes: {}, allowSharedGroup: false }
const statusOf = (checks: readonly { name: string; status: string }[], name: string) =>
  checks.find(check => check.name === name)?.status

it('says what a run would learn from, and what to know', async () => {
  const session = await discProject({ done: 5, empty: 2 })

  const trainings = trainingsOf(async function* () {}, keptSpeeds())
  const plan = await trainings.plan(session, wishes)
  await trainings.dispose()

  expect(plan).toMatchObject({ name: 'v1', trainSlices: 4, valSlices: 1, groups: 5 })
  expect([plan.train.length, plan.val.length]).toEqual([4, 1])
  expect(plan.checks.map(({ name, status }) => [name, status])).toEqual([
    ['slices', 'to-know'],
    ['groups', 'passed'],
    ['held-out', 'to-know'],
    ['labels', 'passed'],
    ['disk', 'passed'],
    ['model', 'passed'],
  ])
})

it('names labels that nothing has, and counts the others', async () => {
  const session = await discProject({ done: 4 })
  session.store.labels.add('Placenta')
  const trainings = trainingsOf(async function* () {}, keptSpeeds())

  const { checks } = await trainings.plan(session, wishes)
  await trainings.dispose()

  expect(checks.filter(({ name }) => name.endsWith('labels'))).toEqual([
    { name: 'labels', status: 'passed', values: { labels: 1 } },
    { name: 'unused-labels', status: 'to-know', values: { labels: 1, names: 'Placenta' } },
  ])
})

it('blocks a start without slices or with one patient only, and tells what is allowed', async () => {
  const nothing = await discProject({ done: 0 })
  const single = await discProject({ done: 4, group: 'one' })
  const trainings = trainingsOf(async function* () {}, keptSpeeds())

  expect(statusOf((await trainings.plan(nothing, wishes)).checks, 'slices')).toBe('blocks')
  expect(statusOf((await trainings.plan(single, wishes)).checks, 'groups')).toBe('blocks')
  const allowed = await trainings.plan(single, { ...wishes, allowSharedGroup: true })

  await trainings.dispose()

  expect(statusOf(allowed.checks, 'groups')).toBe('to-know')
  expect(allowed.valSlices).toBe(1)
})

const small = { resolution: 64, finder: false, epochs: 3 }
const secondsOf = ({ presets }: TrainingPlan) => presets.map(({ seconds }) => seconds)

/** @param take - asked with each plan; true: seen enough */
async function plansUntil(
  plans: AsyncGenerator<TrainingPlan>,
  take: (plan: TrainingPlan) => boolean = () => false,
): Promise<TrainingPlan[]> {
  const all: TrainingPlan[] = []
  for await (const plan of plans) {
    all.push(plan)
    if (take(plan)) break
  }
  return all
}

it('measures a few slices for each preset while somebody looks, and says each figure once it is known', async () => {
  const session = await discProject({ done: 5 })
  const speeds = keptSpeeds()
  const trainings = trainingsOf(undefined, speeds)

  const plans = await plansUntil(trainings.watchPlan(session, { ...wishes, changes: small }), () => {
    // Nobody waits for a mask because of a measurement.
    expect(trainings.isTraining).toBe(false)
    return false
  })

  expect(plans.map(plan => secondsOf(plan).filter(seconds => seconds !== null).length)).toEqual(
    expect.arrayContaining([0, 1, 2, 4]),
  )
  expect(secondsOf(await trainings.plan(session, { ...wishes, changes: small }))).toEqual(
    secondsOf(plans.at(-1) ?? plans[0]!),
  )
  expect([...speeds.all.keys()]).toEqual(
    ['quick', 'balanced', 'full'].map(preset => `efficientsam-ti-medical ${preset} 64`),
  )
})

it('measures nothing for a plan that nobody watches', async () => {
  const trainings = trainingsOf()

  await trainings.plan(await discProject({ done: 5 }), { ...wishes, changes: small })

  expect(trainings.isActive).toBe(false)
})

/** A job that goes on until it is stopped, as a `full` epoch of large slices all but does. */
// eslint-disable-next-line require-yield -- nothing comes of it
async function* untilStopped(stop: StopFlag): AsyncGenerator<never> {
  while (!stop.requested) await new Promise(resolve => setTimeout(resolve, 5))
}

it('stops measuring when the last one who looks has left, and begins anew for the next one', async () => {
  const session = await discProject({ done: 5 })
  const speeds = keptSpeeds()
  const asked: StopFlag[] = []
  const trainings = trainingsOf((_options, stop) => {
    asked.push(stop)
    return untilStopped(stop)
  }, speeds)
  const [first, second] = [new AbortController(), new AbortController()]
  const watch = (signal: AbortSignal) => plansUntil(trainings.watchPlan(session, wishes, signal))

  const watched = [watch(first.signal), watch(second.signal)]
  await vi.waitFor(() => expect(asked).toHaveLength(1))
  first.abort()
  await watched[0]
  expect(asked[0]?.requested).toBe(false)
  second.abort()
  await watched[1]
  await vi.waitFor(() => expect(trainings.isActive).toBe(false))

  expect([asked[0]?.requested, speeds.all.size]).toEqual([true, 0])
  const third = new AbortController()
  const again = watch(third.signal)
  await vi.waitFor(() => expect(asked).toHaveLength(2))
  third.abort()
  await again
  await trainings.dispose()
})

it('ends with the project', async () => {
  const session = await discProject({ done: 5 })
  const trainings = trainingsOf((_options, stop) => untilStopped(stop))

  const plans = plansUntil(trainings.watchPlan(session, wishes))
  await vi.waitFor(() => expect(trainings.isActive).toBe(true))
  await trainings.leave(session)

  expect(await plans).toHaveLength(1)
  expect(trainings.isActive).toBe(false)
})

it('lets a run begin at once that is started while it measures', async () => {
  const session = await discProject({ done: 5 })
  const trainings = trainingsOf()
  await plansUntil(trainings.watchPlan(session, { ...wishes, changes: small }), () => true)
  const leaving = new AbortController()
  const plans = plansUntil(trainings.watchPlan(session, { ...wishes, changes: small }, leaving.signal))
  await vi.waitFor(() => expect(trainings.isActive).toBe(true))

  const run = trainings.start(session, { ...wishes, preset: 'quick', changes: shortRun, name: 'Mine' })
  leaving.abort()
  await watched(trainings.watch(session, run.id))
  await plans

  expect(trainings.list(session)[0]).toMatchObject({ name: 'Mine', state: 'finished' })
})

it('keeps held-out patients held out in later runs', async () => {
  const session = await discProject({ done: 6 })
  const speeds = keptSpeeds()
  const trainings = trainingsOf(async function* () {}, speeds)
  const first = await trainings.plan(session, wishes)
  trainings.start(session, { ...wishes, preset: 'quick', name: null })
  await trainings.dispose()

  const second = await trainings.plan(session, { ...wishes, changes: { seed: 7 } })

  expect(second.val).toEqual(first.val)
})
