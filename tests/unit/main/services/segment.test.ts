import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { expect, onTestFinished, test } from 'vitest'
import * as z from 'zod'
import { createBackend } from '../../../../src/main/backend'
import type { EncodingState } from '../../../../src/shared/contract/segment'
import { decodeRuns } from '../../../../src/shared/masks/rle'
import { realThread } from '../inference/small-inference'
import { addPicture } from '../reviews/review-project'
import { folderWith, pngWith } from '../support/folders'
import { threadOf } from '../support/gradient-threads'
import { smallCheckpoints } from '../support/small-checkpoints'

/** The whole backend on a project with two pictures, whose model takes no time. */
async function backendWithProject() {
  const home = folderWith({ 'small.pth': smallCheckpoints['efficient-sam']() })
  const backend = await createBackend({
    ...{ door: 'browser', root: null, home },
    capabilities: { dialogs: false, reveal: false, folderBrowser: true, droppedPaths: false },
    createEngineWorker: threadOf('src/main/workers/engine.worker.ts'),
    createInferenceWorker: realThread,
  })
  onTestFinished(() => backend.close())
  const client = createRouterClient(backend.router, { context: backend.context })
  const { id: project } = await client.projects.create({ name: 'Small', folder: null })
  const session = backend.context.projects.get(project)
  session.store.settings.set('model', join(home, 'small.pth'))
  const slices = ['a.png', 'b.png'].map(name =>
    addPicture(session, name, pngWith(24, 16, [name === 'a.png' ? 200 : 90, 4, 4, 15, 11])),
  )
  return { backend, client, project, session, slices }
}

test('a prompt is answered with candidates, the model that drew them and how long it took', async () => {
  const { client, project, session, slices } = await backendWithProject()
  const [slice = 0] = slices
  const prompt = { box: { x0: 4, y0: 4, x1: 15, y1: 11 }, points: [] }

  const { candidates, model, milliseconds } = await client.segment.propose({ project, slice, prompt })

  expect(model).toBe(session.store.settings.get('model', z.string()))
  expect(milliseconds).toBeGreaterThan(0)
  expect(candidates).toHaveLength(3)
  for (const { runs } of candidates) expect(decodeRuns(runs, 24 * 16)).toHaveLength(24 * 16)
  expect(await client.segment.isEncoded({ project, slice })).toBe(true)
})

test('slices of an open project are encoded in the background, and those that are added too', async () => {
  const { client, project, session, slices } = await backendWithProject()
  session.changes.publish({ kind: 'slices-added' })

  expect(await lastState(client.encoding.watch({ project }))).toMatchObject({
    ...{ done: 2, total: 2, state: 'done', failed: [], secondsLeft: 0 },
  })
  const added = addPicture(session, 'c.png', pngWith(24, 16, [50, 1, 1, 9, 9]))
  session.changes.publish({ kind: 'slices-added' })
  expect(await lastState(client.encoding.watch({ project }))).toMatchObject({ done: 3, total: 3 })
  for (const slice of [...slices, added])
    expect(await client.segment.isEncoded({ project, slice })).toBe(true)
})

test('what there is no such slice or project for is refused by its code', async () => {
  const { client, project } = await backendWithProject()
  const prompt = { box: { x0: 0, y0: 0, x1: 1, y1: 1 }, points: [] }

  await expect(client.segment.propose({ project, slice: 99, prompt })).rejects.toMatchObject({
    code: 'NO_SUCH_ITEM',
  })
  await expect(client.segment.propose({ project: 'other', slice: 1, prompt })).rejects.toMatchObject({
    code: 'PROJECT_NOT_OPEN',
  })
})

/** The first state in which nothing is left to do. */
async function lastState(states: PromiseLike<AsyncIterable<EncodingState>>): Promise<EncodingState | null> {
  for await (const state of await states) if (state.state === 'done') return state
  return null
}

test('a prompt with neither box nor points is refused: it says nothing', async () => {
  const { client, project, slices } = await backendWithProject()
  const [slice = 0] = slices

  const asked = client.segment.propose({ project, slice, prompt: { box: null, points: [] } })

  await expect(asked).rejects.toMatchObject({ code: 'PROMPT_EMPTY' })
})
