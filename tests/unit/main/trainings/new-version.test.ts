import { expect, it } from 'vitest'
import type { ProjectChange } from '../../../../src/shared/contract/projects'
import { discProject, shortRun, trainingsOf, watched } from './disc-project'

it('tells who watches the project of the version that a run has made, so that it can be compared at once', async () => {
  const session = await discProject({ done: 4 })
  const trainings = trainingsOf()
  const changes = session.changes.subscribe()
  const seen: ProjectChange[] = []
  const following = (async () => {
    for await (const change of changes) seen.push(change)
  })()

  const run = trainings.start(session, {
    ...{ preset: 'quick', changes: { ...shortRun, epochs: 1 }, name: null, allowSharedGroup: false },
  })
  await watched(trainings.watch(session, run.id))
  session.changes.close()
  await following

  const last = seen.at(-1)
  expect(session.store.versions.list()).toHaveLength(1)
  expect(last).toEqual({ kind: 'models', model: 'efficientsam-ti-medical' })
})
