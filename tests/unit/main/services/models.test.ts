import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { expect, it } from 'vitest'
import { modelsService } from '../../../../src/main/services/models'
import { trainingService } from '../../../../src/main/services/training'
import type { ServiceContext } from '../../../../src/main/services/service-context'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { findAppRoot } from '../../../../src/main/files/app-root'
import { modelFolders } from '../../../../src/main/files/model-folders'
import { inferenceOn } from '../inference/small-inference'
import { folderWith } from '../support/folders'
import { picoCheckpoint } from '../support/pico-weights'
import { discProject, shortRun, trainingsOf } from '../trainings/disc-project'

function clientOf(session: ProjectSession) {
  const home = folderWith({})
  // Only what these services touch.
  const context = {
    root: null,
    app: { folder: home },
    projects: { get: () => session },
    trainings: trainingsOf(),
    inference: inferenceOn(home),
    folders: { ...modelFolders(findAppRoot().folder), user: join(home, 'models') },
  } as unknown as ServiceContext
  return createRouterClient({ models: modelsService, training: trainingService }, { context })
}

async function allOf<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = []
  for await (const one of stream) all.push(one)
  return all
}

async function trained(client: ReturnType<typeof clientOf>) {
  const wishes = { changes: shortRun, name: null, allowSharedGroup: false }
  const run = await client.training.start({ project: 'p', preset: 'quick', ...wishes })
  await allOf(await client.training.watch({ project: 'p', run: run.id }))
  return run
}

it('lists what comes with SliceTune, and what was tuned here with its figures', async () => {
  const client = clientOf(await discProject({ done: 4 }))
  await trained(client)

  const models = await client.models.list({ project: 'p' })

  expect(models[0]).toMatchObject({
    ...{ id: 'run:1', name: 'v1', kind: 'tuned', available: true, inUse: false, runId: 1 },
    ...{ base: 'efficientsam-ti-medical', trainSlices: 3, valSlices: 1, metrics: { cases: 1 } },
  })
  expect(models.find(({ inUse }) => inUse)).toMatchObject({ id: 'efficientsam-ti-medical', kind: 'bundled' })
  expect(models.filter(({ kind }) => kind === 'official').every(({ available }) => !available)).toBe(true)
})

it('uses a version, keeps it from being removed, and rolls back', async () => {
  const session = await discProject({ done: 4 })
  const client = clientOf(session)
  await trained(client)
  const version = { project: 'p', model: 'run:1' }

  await client.models.use(version)
  await expect(client.models.remove(version)).rejects.toMatchObject({ code: 'MODEL_IN_USE' })
  await expect(client.models.use({ project: 'p', model: 'run:9' })).rejects.toMatchObject({
    code: 'NO_SUCH_ITEM',
  })
  await client.models.rename({ ...version, name: 'Best one' })
  const models = await client.models.use({ project: 'p', model: 'efficientsam-ti-medical' })
  expect(models[0]).toMatchObject({ name: 'Best one', inUse: false })
  const left = await client.models.remove(version)

  expect(left.some(({ kind }) => kind === 'tuned')).toBe(false)
  expect((await client.training.list({ project: 'p' }))[0]).toMatchObject({
    state: 'finished',
    version: null,
  })
})

it('does not switch to a version whose checkpoint is damaged', async () => {
  const session = await discProject({ done: 4 })
  const client = clientOf(session)
  await trained(client)
  const file = session.pathOf(session.store.versions.get('run:1')?.file ?? '')
  writeFileSync(file, readFileSync(file).subarray(0, 5000))

  await expect(client.models.use({ project: 'p', model: 'run:1' })).rejects.toMatchObject({
    code: 'CORRUPT_FILE',
  })

  expect((await client.models.list({ project: 'p' })).find(({ inUse }) => inUse)).toMatchObject({
    id: 'efficientsam-ti-medical',
  })
})

it('exports a version under its own name, with the card that its run wrote', async () => {
  const client = clientOf(await discProject({ done: 4 }))
  await trained(client)
  const folder = folderWith({})

  const events = await allOf(
    await client.models.export({
      ...{ project: 'p', model: 'run:1', folder },
      formats: ['safetensors', 'card'],
    }),
  )
  const files = events.flatMap(event => (event.event === 'report' ? event.files : []))

  expect(files).toEqual(['v1.safetensors', 'v1-model-card.md'].map(name => join(folder, name)))
  expect(readFileSync(join(folder, 'v1-model-card.md'), 'utf8')).toContain('efficientsam-ti-medical')
})

it('imports a checkpoint and refuses what is none', async () => {
  const client = clientOf(await discProject({ done: 0 }))
  const folder = folderWith({ 'mine.pth': picoCheckpoint(), 'not.pth': 'text' })

  await allOf(await client.models.import({ project: 'p', file: join(folder, 'mine.pth') }))
  const models = await client.models.list({ project: 'p' })
  expect(models.find(({ kind }) => kind === 'imported')).toMatchObject({ id: 'mine', available: true })

  const refused = async () => {
    await allOf(await client.models.import({ project: 'p', file: join(folder, 'not.pth') }))
  }
  await expect(refused()).rejects.toMatchObject({ code: 'NOT_A_CHECKPOINT' })
})

it('offers every option of the recipe with its range and the defaults of each preset', async () => {
  const fields = await clientOf(await discProject({ done: 0 })).training.options()

  expect(fields.map(({ name }) => name)).toContain('epochs')
  expect(fields.find(({ name }) => name === 'learningRate')).toMatchObject({
    ...{ kind: 'number', min: 0, max: 1, isNullable: false, defaults: { quick: 2e-4, full: 5e-5 } },
  })
  expect(fields.find(({ name }) => name === 'resolution')).toMatchObject({
    ...{ kind: 'integer', multipleOf: 16, isNullable: true, unit: 'pixels' },
  })
  expect(fields.find(({ name }) => name === 'maskLoss')).toMatchObject({
    ...{ kind: 'choice', choices: ['all', 'best'] },
  })
})

it('renames no model that was not tuned here, and has no record of a run that there is not', async () => {
  const client = clientOf(await discProject({ done: 4 }))
  const rename = (model: string) => client.models.rename({ project: 'p', model, name: 'mine' })

  await expect(rename('run:7')).rejects.toMatchObject({ code: 'NO_SUCH_ITEM', data: { kind: 'model' } })
  await expect(rename('nobody')).rejects.toMatchObject({ code: 'NO_SUCH_ITEM', data: { kind: 'model' } })
  await expect(rename('efficientsam-ti-medical')).rejects.toMatchObject({ code: 'USAGE' })
  await expect(client.training.record({ project: 'p', run: 7 })).rejects.toMatchObject({
    ...{ code: 'NO_SUCH_ITEM', data: { kind: 'run', id: '7' } },
  })
})
