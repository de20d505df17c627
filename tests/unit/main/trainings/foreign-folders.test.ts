import { existsSync } from 'node:fs'
import { basename, join } from 'node:path'
import { expect, it } from 'vitest'
import { findAppRoot } from '../../../../src/main/files/app-root'
import { modelFolders } from '../../../../src/main/files/model-folders'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { removeModel } from '../../../../src/main/trainings/project-models'
import { recipeOf } from '../../../../src/shared/domain/training-options'
import { folderWith } from '../support/folders'
import { discProject, shortRun, trainingsOf } from './disc-project'

/** A project as somebody else may have made it. */
async function projectWithRunIn(folder: string) {
  const session = await discProject({ done: 4 })
  return { session, run: addRun(session, folder) }
}

function addRun(session: ProjectSession, folder: string): number {
  const recipe = recipeOf('quick', shortRun)
  const run = session.store.runs.add(
    {
      ...{ name: 'v1', preset: 'quick', settings: { recipe, allowSharedGroup: false } },
      ...{ base: 'efficientsam-ti-medical', plannedEpochs: 1, trainSlices: 3, valSlices: 1 },
      startedAt: new Date().toISOString(),
    },
    () => folder,
  )
  session.store.runs.change(run, { state: 'failed' })
  return run
}

it.each(['absolute', 'above', 'the project'])(
  'neither removes nor works in a folder that a database names elsewhere: %s',
  async kind => {
    const victim = folderWith({ 'out/thesis.txt': 'years of work', 'data/x': '' })
    const places = {
      absolute: victim,
      above: `../${basename(victim)}`,
      'the project': 'runs/..',
    }
    const { session, run } = await projectWithRunIn(places[kind as keyof typeof places])
    const trainings = trainingsOf()

    await expect(trainings.remove(session, run)).rejects.toMatchObject({ code: 'CORRUPT_FILE' })
    expect(() => trainings.resume(session, run)).toThrow(expect.objectContaining({ code: 'CORRUPT_FILE' }))

    expect(existsSync(join(victim, 'out/thesis.txt'))).toBe(true)
    expect(existsSync(join(session.folder, 'project.sqlite'))).toBe(true)
  },
)

it.each(['best.pth', 'runs/best.pth', 'elsewhere'])(
  'removes no folder with a version whose file lies at %s',
  async place => {
    const victim = folderWith({ 'thesis.txt': 'years of work' })
    const file = place === 'elsewhere' ? join(victim, 'best.pth') : place
    const { session, run: runId } = await projectWithRunIn('runs/1')
    session.store.versions.put({
      ...{ runId, name: 'v1', file, base: 'efficientsam-ti-medical', preset: 'quick' },
      ...{ trainSlices: 3, valSlices: 1, metrics: null },
    })
    const folders = { ...modelFolders(findAppRoot().folder), user: folderWith({}) }

    await expect(removeModel(session, `run:${runId}`, folders)).rejects.toMatchObject({
      code: 'CORRUPT_FILE',
    })

    expect(existsSync(join(session.folder, 'project.sqlite'))).toBe(true)
    expect(existsSync(join(victim, 'thesis.txt'))).toBe(true)
  },
)

it('gives no run the number, and with it the folder and the predictions, of one that was removed', async () => {
  const { session, run } = await projectWithRunIn('runs/1')
  await trainingsOf().remove(session, run)

  expect(addRun(session, 'runs/2')).not.toBe(run)
})
