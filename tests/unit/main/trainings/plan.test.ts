import { expect, it } from 'vitest'
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

it('measures a few slices for each preset, and then estimates', async () => {
  const session = await discProject({ done: 5 })
  const speeds = keptSpeeds()
  const trainings = trainingsOf(undefined, speeds)
  const changes = { resolution: 64, finder: false, epochs: 3 }

  const before = await trainings.plan(session, { ...wishes, changes })
  expect(before.presets.every(({ seconds }) => seconds === null)).toBe(true)
  expect(trainings.isActive).toBe(true)
  // Nobody waits for a mask because of a measurement.
  expect(trainings.isTraining).toBe(false)
  await new Promise<void>(resolve => trainings.onActivity(isActive => !isActive && resolve()))
  const after = await trainings.plan(session, { ...wishes, changes })

  expect(after.presets.map(({ seconds }) => (seconds ?? 0) > 0)).toEqual([true, true, true, true])
  expect([...speeds.all.keys()]).toEqual(
    ['quick', 'balanced', 'full'].map(preset => `efficientsam-ti-medical ${preset} 64`),
  )
})

it('lets a run begin at once that is started while it measures', async () => {
  const session = await discProject({ done: 5 })
  const trainings = trainingsOf()
  await trainings.plan(session, { ...wishes, changes: { resolution: 64 } })

  const run = trainings.start(session, { ...wishes, preset: 'quick', changes: shortRun, name: 'Mine' })
  await watched(trainings.watch(session, run.id))

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
