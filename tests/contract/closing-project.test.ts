import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Project } from '../../src/shared/domain/project'
import { pngWith } from '../unit/main/support/folders'
import { openDoor, type Client, type OpenDoor } from './doors'

let door: OpenDoor
beforeAll(async () => {
  door = await openDoor('MessagePort')
  writeFileSync(join(door.home, 'a.png'), pngWith(80, 60, [90, 4, 4, 40, 40]))
})
afterAll(() => door.close())

async function all(events: Promise<AsyncIterable<unknown>>): Promise<void> {
  const iterator = (await events)[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

interface Call {
  readonly client: Client
  readonly project: Project
  readonly slice: number
}

const box = { box: { x0: 40, y0: 40, x1: 120, y1: 120 }, points: [] }

/** What takes a while, and asks the project for something afterwards */
const calls: Readonly<Record<string, (call: Call) => Promise<unknown>>> = {
  'segment.propose': ({ client, project: { id }, slice }) =>
    client.segment.propose({ project: id, slice, prompt: box }),
  'models.list': ({ client, project: { id } }) => client.models.list({ project: id }),
  'models.compare': ({ client, project: { id, model }, slice }) =>
    client.models.compare({ project: id, slice, models: [model, model] }),
  'slices.get': ({ client, project: { id }, slice }) => client.slices.get({ project: id, slice }),
  'imports.add': ({ client, project: { id } }) =>
    all(client.imports.add({ project: id, paths: [join(door.home, 'a.png')], copy: true })),
  'exports.run': ({ client, project: { id } }) =>
    all(client.exports.run({ project: id, format: 'png', options: {}, folder: join(door.home, 'out') })),
  'review.predict': ({ client, project: { id } }) => all(client.review.predict({ project: id })),
  'training.plan': ({ client, project: { id } }) =>
    client.training.plan({ project: id, changes: {}, allowSharedGroup: false }),
  'training.watchPlan': ({ client, project: { id } }) =>
    all(client.training.watchPlan({ project: id, changes: {}, allowSharedGroup: false })),
  'projects.watch': ({ client, project: { id } }) => all(client.projects.watch({ project: id })),
  'encoding.watch': ({ client, project: { id } }) => all(client.encoding.watch({ project: id })),
}

test.each(Object.keys(calls))('a project that is closed during %s is no fault of ours', async name => {
  const { client } = door
  const project = await client.projects.openSample()
  const [first] = await client.slices.list({ project: project.id })

  const ended = calls[name]?.({ client, project, slice: first?.id ?? 0 }).then(
    () => null,
    (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
  )
  await new Promise(resolve => setTimeout(resolve, 5))
  await client.projects.close({ project: project.id })

  expect([null, 'PROJECT_NOT_OPEN', 'NO_FINDER', 'ABORTED']).toContain(await ended)
})
