import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { getEventIteratorSchemaDetails, isContractProcedure, type AnySchema } from '@orpc/contract'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { contract } from '../../src/shared/contract'
import type { Project } from '../../src/shared/domain/project'
import { nifti } from '../unit/main/inference/volume-project'
import { pngWith } from '../unit/main/support/folders'
import { openDoor, type Client, type OpenDoor } from './doors'
import { slowServer } from './slow-server'

/** Long enough for whatever would still come */
const quiet = () => wait(300)

/** Reads until there is enough, cancels, and waits for the end. @returns what came, and what came after it was cancelled */
async function cancelled<T>(
  start: (signal: AbortSignal) => Promise<AsyncIterable<T>>,
  isEnough: (event: T) => boolean = () => true,
): Promise<{ readonly before: readonly T[]; readonly after: readonly T[] }> {
  const cancel = new AbortController()
  const [before, after]: [T[], T[]] = [[], []]
  try {
    for await (const event of await start(cancel.signal)) {
      ;(cancel.signal.aborted ? after : before).push(event)
      if (isEnough(event)) cancel.abort()
    }
  } catch (error) {
    if (!cancel.signal.aborted) throw error
  }
  expect(cancel.signal.aborted).toBe(true)
  return { before, after }
}

async function drained(events: AsyncIterable<unknown>): Promise<void> {
  const iterator = events[Symbol.asyncIterator]()
  while ((await iterator.next()).done !== true);
}

/** Names of all streams that the contract has, such as "exports.run". */
function streamsOf(router: object, path: readonly string[] = []): string[] {
  return Object.entries(router).flatMap(([name, value]: [string, unknown]) => {
    const here = [...path, name]
    if (!isContractProcedure(value)) return streamsOf(value as object, here)
    const { outputSchema } = value['~orpc'] as { readonly outputSchema?: AnySchema }
    return getEventIteratorSchemaDetails(outputSchema) ? [here.join('.')] : []
  })
}

describe('a stream that is cancelled half way ends at once, and leaves nothing half done', () => {
  let door: OpenDoor
  let client: Client
  let project: Project
  const tried = new Set<string>()
  const stream = (name: string, work: () => Promise<void>): void =>
    test(name, async () => {
      tried.add(name)
      await work()
    })
  const inProject = () => ({ project: project.id })

  beforeAll(async () => {
    door = await openDoor('MessagePort')
    client = door.client
    project = await client.projects.openSample()
    await client.encoding.pause(inProject())
  })
  afterAll(() => door.close())

  stream('system.heartbeat', async () => {
    const { before, after } = await cancelled(signal => client.system.heartbeat(undefined, { signal }))

    expect([before.length, after.length]).toEqual([1, 0])
  })

  stream('projects.watch', async () => {
    const rename = () => client.projects.rename({ ...inProject(), name: 'Sample' })
    const add = (name: string) => client.labels.add({ ...inProject(), name })
    const watched = cancelled(signal => client.projects.watch(inProject(), { signal }))
    await quiet()
    await add('One')
    const { before } = await watched
    await rename()

    expect(before).toMatchObject([{ kind: 'labels' }])
  })

  stream('encoding.watch', async () => {
    const { before, after } = await cancelled(signal => client.encoding.watch(inProject(), { signal }))

    expect([before.length, after.length]).toEqual([1, 0])
  })

  stream('imports.add', async () => {
    const source = join(door.home, 'pictures')
    mkdirSync(source)
    for (let n = 0; n < 60; n++) writeFileSync(join(source, `${n}.png`), pngWith(80, 60, [n, 4, 4, 40, 40]))
    const empty = await client.projects.create({ name: 'Pictures', folder: null })
    const call = { project: empty.id, paths: [source], copy: true }

    await cancelled(
      signal => client.imports.add(call, { signal }),
      event => event.event === 'item',
    )
    await quiet()
    const slices = await client.slices.list({ project: empty.id })
    await quiet()

    expect(await client.slices.list({ project: empty.id })).toEqual(slices)
    expect(slices.length).toBeLessThan(60)
    expect(readdirSync(join(empty.folder, 'images'))).toHaveLength(slices.length)
    await client.projects.close({ project: empty.id })
  })

  stream('labelImports.add', async () => {
    const { id } = await client.projects.create({ name: 'Labelled', folder: null })
    const labels = join(door.home, 'labels')
    mkdirSync(labels)
    for (let n = 0; n < 40; n++) writeFileSync(join(labels, `${n}.png`), pngWith(80, 60, [1, 4, 4, 40, 40]))
    await drained(await client.imports.add({ project: id, paths: [join(door.home, 'pictures')], copy: true }))

    const { after } = await cancelled(
      signal =>
        client.labelImports.add({ project: id, paths: [labels], series: null, objectsOf: null }, { signal }),
      event => event.event === 'progress' && event.done >= 2,
    )
    await quiet()

    expect(after).toEqual([])
    expect((await client.slices.list({ project: id })).every(({ objects }) => objects === 0)).toBe(true)
    expect((await client.projects.get({ project: id })).undo.undo).toBeNull()
    await client.projects.close({ project: id })
  })

  stream('segment.propagate', async () => {
    const file = join(door.home, 'volume.nii')
    writeFileSync(file, nifti(Array.from({ length: 30 }, () => 200)))
    const { id } = await client.projects.create({ name: 'Volume', folder: null })
    await drained(await client.imports.add({ project: id, paths: [file], copy: true }))
    const [label] = await client.labels.add({ project: id, name: 'Nerve' })
    const [first] = await client.slices.list({ project: id })
    const drawn = {
      ...{ id: null, labelId: label?.id ?? 0, runs: [99, 10, 275], status: 'accepted' as const },
      ...{ origin: 'drawn' as const, prompt: null, predictedIou: null, model: null },
    }
    const slice = first?.id ?? 0
    const edit = { action: 'draw' as const, put: [drawn], remove: [], spentMs: 0 }
    const stored = await client.slices.edit({ project: id, slice, edit })
    const annotations = stored.slice.annotations.map(one => one.id)
    const call = { project: id, slice, annotations, direction: 'up' as const, stopBelow: 0 }
    const proposals = async () =>
      (await client.slices.list({ project: id })).filter(one => one.proposals > 0).length

    await cancelled(
      signal => client.segment.propagate(call, { signal }),
      event => event.event === 'slice' && event.plane === 3,
    )
    await quiet()
    const reached = await proposals()
    await quiet()

    expect(reached).toBeGreaterThanOrEqual(3)
    expect(reached).toBeLessThan(29)
    expect(await proposals()).toBe(reached)
    expect((await client.history.undo({ project: id })).done).toBe('propagate')
    expect(await proposals()).toBe(0)
    await client.projects.close({ project: id })
  })

  stream('exports.run', async () => {
    const folder = join(door.home, 'exported')
    const call = { ...inProject(), format: 'png', options: {}, folder }

    const { after } = await cancelled(
      signal => client.exports.run(call, { signal }),
      event => event.event === 'progress' && event.done === 2,
    )
    const left = () => readdirSync(door.home).filter(name => name.includes('exported'))

    expect(after.filter(event => event.event === 'progress')).toEqual([])
    await vi.waitFor(() => expect(left()).toEqual([]), { timeout: 20_000 })
    await quiet()
    expect(left()).toEqual([])
  })

  stream('models.export', async () => {
    const folder = join(door.home, 'model')
    const formats = ['onnx', 'pth'] as const
    const call = { ...inProject(), model: project.model, folder, formats: [...formats] }

    await cancelled(
      signal => client.models.export(call, { signal }),
      event => event.event === 'written',
    )
    await quiet()

    await vi.waitFor(() => expect(readdirSync(folder)).toEqual([]), { timeout: 20_000 })
    await quiet()
    expect(readdirSync(folder)).toEqual([])
  })

  stream('models.import', async () => {
    const folder = join(door.home, 'to-import')
    const call = { ...inProject(), model: project.model, folder, formats: ['safetensors' as const] }
    const files: string[] = []
    for await (const event of await client.models.export(call)) {
      if (event.event === 'written') files.push(event.file)
    }
    const known = (await client.models.list(inProject())).length

    const cancel = new AbortController()
    const importing = client.models
      .import({ ...inProject(), file: files[0] ?? '' }, { signal: cancel.signal })
      .then(drained)
    cancel.abort()
    await expect(importing).rejects.toThrow()
    await quiet()

    expect(await client.models.list(inProject())).toHaveLength(known)
    const own = join(door.home, 'models')
    expect(existsSync(own) ? readdirSync(own) : []).toEqual([])
  })

  stream('models.download', async () => {
    const source = await slowServer()
    vi.stubEnv('SLICETUNE_DOWNLOAD_URL', source.url)

    await cancelled(
      signal => client.models.download({ ...inProject(), model: 'efficientsam-ti' }, { signal }),
      event => event.event === 'progress',
    )
    await vi.waitFor(() => expect(source.open()).toBe(0), { timeout: 20_000 })

    vi.unstubAllEnvs()
    await source.close()
    // What came so far is there for the next attempt, under no name of a model.
    const left = readdirSync(join(door.home, 'models'))
    expect(left.filter(name => !name.endsWith('.part'))).toEqual([])
  })

  const recipe = { resolution: 64, epochs: 1, batchSize: 2, seed: 1 }

  stream('training.watchPlan', async () => {
    const call = { ...inProject(), changes: recipe, allowSharedGroup: false }

    await cancelled(signal => client.training.watchPlan(call, { signal }))

    const { trainings } = door.backend.context
    await vi.waitFor(() => expect(trainings.isActive).toBe(false), { timeout: 20_000 })
  })

  stream('training.watch', async () => {
    const call = { ...inProject(), changes: recipe, name: null, allowSharedGroup: false }
    const run = await client.training.start({ ...call, preset: 'quick' })

    await cancelled(signal => client.training.watch({ ...inProject(), run: run.id }, { signal }))

    // Who watches a run no more does not stop it.
    expect((await client.training.list(inProject()))[0]?.state).toBe('running')
    const state = async () => (await client.training.list(inProject()))[0]?.state
    await vi.waitFor(async () => expect(await state()).not.toBe('running'), {
      timeout: 200_000,
      interval: 500,
    })
    const [ended] = await client.training.list(inProject())
    expect(ended).toMatchObject({ error: null, state: 'finished' })
  })

  stream('review.predict', async () => {
    await client.models.use({ ...inProject(), model: 'run:1' })
    const predicted = async () => (await client.review.queue(inProject())).items.length

    const { after } = await cancelled(
      signal => client.review.predict(inProject(), { signal }),
      event => event.event === 'item',
    )
    const soon = await predicted()

    expect(after).toEqual([])
    // It goes on in the background, until it is told to stop.
    await vi.waitFor(async () => expect(await predicted()).toBeGreaterThan(soon), { timeout: 60_000 })
    await client.review.cancel(inProject())
    const reached = await predicted()
    await quiet()
    expect(await predicted()).toBe(reached)
  })

  test('every stream of the contract', () => {
    expect([...tried].sort()).toEqual(streamsOf(contract).sort())
  })
})
