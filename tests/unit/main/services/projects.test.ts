import { rmSync, symlinkSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createBackend } from '../../../../src/main/backend'
import type { ProjectChange } from '../../../../src/shared/contract/projects'
import { realThread } from '../inference/small-inference'
import { folderWith, pngWith } from '../support/folders'
import { threadOf } from '../support/gradient-threads'
import { drawing, side } from '../support/small-project'

const capabilities = { dialogs: false, reveal: false, folderBrowser: true, droppedPaths: false }

async function clientOf(home: string, root: string | null = null) {
  const backend = await createBackend({
    ...{ door: 'browser', root, home, capabilities },
    createEngineWorker: threadOf('src/main/workers/engine.worker.ts'),
    createInferenceWorker: realThread,
  })
  onTestFinished(() => backend.close())
  return { backend, client: createRouterClient(backend.router, { context: backend.context }) }
}

async function all<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const events: T[] = []
  for await (const event of stream) events.push(event)
  return events
}

async function projectWithPictures(names: readonly string[]) {
  const home = folderWith({})
  const { client, backend } = await clientOf(home)
  const { id: project, folder } = await client.projects.create({ name: 'Mine', folder: null })
  const source = folderWith(
    Object.fromEntries(names.map((name, index) => [name, pngWith(side, side, [100 + index, 0, 0, 3, 3])])),
  )
  await all(await client.imports.add({ project, paths: [source], copy: false }))
  const [label] = await client.labels.add({ project, name: 'Nerve' })
  const slices = await client.slices.list({ project })
  const session = backend.context.projects.get(project)
  return { home, session, client, backend, project, folder, slices, label: label?.id ?? 0 }
}

describe('projects', () => {
  it('are listed with a picture of what was drawn last', async () => {
    const { client, project, slices, label } = await projectWithPictures(['a.png', 'b.png'])
    await client.projects.close({ project })
    const before = (await client.projects.recent())[0]?.picture ?? ''
    const { id: again } = await client.projects.open({
      folder: (await client.projects.recent())[0]?.folder ?? '',
    })
    await client.slices.edit({
      ...{ project: again, slice: slices[1]?.id ?? 0 },
      edit: { action: 'accept', put: [drawing(0, 9, label)], state: 'done' },
    })
    await client.projects.close({ project: again })

    const after = (await client.projects.recent())[0]?.picture ?? ''

    expect([before, after].map(picture => picture.slice(0, 22))).toEqual([
      'data:image/png;base64,',
      'data:image/png;base64,',
    ])
    expect(after).not.toBe(before)
  })

  it('are remembered with their counts, the last opened first, until they are forgotten', async () => {
    const { home, client, project, folder, slices, label } = await projectWithPictures(['a.png', 'b.png'])
    await client.slices.edit({
      ...{ project, slice: slices[0]?.id ?? 0 },
      edit: { action: 'accept', put: [drawing(0, 9, label)], state: 'done' },
    })
    await client.projects.rename({ project, name: 'Renamed' })
    await client.projects.close({ project })
    const other = await client.projects.create({ name: 'Other', folder: join(home, 'other') })

    const recent = await (await clientOf(home)).client.projects.recent()

    expect(recent).toMatchObject([
      { name: 'Other', folder: other.folder, slices: 0, missing: null },
      { name: 'Renamed', folder, slices: 2, done: 1, missing: null, version: null },
    ])
    // A PNG of the slice that was worked on; the other project has none.
    expect(recent.map(({ picture }) => picture?.slice(0, 32) ?? null)).toEqual([
      null,
      'data:image/png;base64,iVBORw0KGg',
    ])
    expect((await client.projects.forget({ folder })).map(({ name }) => name)).toEqual(['Other'])
    await expect(client.slices.list({ project })).rejects.toMatchObject({ code: 'PROJECT_NOT_OPEN' })
  })

  it('tell everybody who watches what changed, whoever did it', async () => {
    const { client, project, slices, label } = await projectWithPictures(['a.png'])
    const slice = slices[0]?.id ?? 0
    const watchers = await Promise.all([
      client.projects.watch({ project }),
      client.projects.watch({ project }),
    ])

    await client.slices.edit({ project, slice, edit: { action: 'brush', put: [drawing(0, 9, label)] } })
    await client.history.undo({ project })

    for (const watcher of watchers) {
      const seen: ProjectChange[] = []
      for await (const change of watcher) if (seen.push(change) === 6) break
      expect(seen).toMatchObject([
        { kind: 'slices', slices: [{ id: slice, objects: 1, revision: 1 }] },
        { kind: 'undo', undo: { undo: 'brush', redo: null } },
        { kind: 'saved' },
        { kind: 'slices', slices: [{ id: slice, objects: 0, revision: 2 }] },
        { kind: 'undo', undo: { undo: 'label-add', redo: 'brush' } },
        { kind: 'saved' },
      ])
    }
  })
})

describe('an edit', () => {
  it('of another size is refused, and so is one of what is not there or locked; nothing of it stays', async () => {
    const { client, project, slices, label } = await projectWithPictures(['a.png'])
    const slice = slices[0]?.id ?? 0
    const edit = (put: object, remove: number[] = []) =>
      client.slices.edit({
        project,
        slice,
        edit: { action: 'draw', put: [drawing(0, 9, label), put] as never, remove },
      })

    await expect(edit({ ...drawing(0, 9, label), runs: [3, 4] })).rejects.toMatchObject({
      ...{ code: 'SHAPE_MISMATCH', data: { expected: '8 x 8 pixels', actual: '7 pixels' } },
    })
    await expect(edit(drawing(0, 9, 99))).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })
    await expect(edit({ ...drawing(0, 9, label), id: 99 })).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })
    await expect(edit(drawing(0, 9, label), [99])).rejects.toMatchObject({ code: 'NO_SUCH_ITEM' })
    await client.labels.change({ project, id: label, change: { isLocked: true } })
    await expect(edit(drawing(0, 9, label))).rejects.toMatchObject({
      ...{ code: 'LABEL_LOCKED', data: { label: 'Nerve' } },
    })
    await expect(client.labels.remove({ project, id: label })).rejects.toMatchObject({ code: 'LABEL_LOCKED' })

    expect((await client.slices.get({ project, slice })).annotations).toEqual([])
    expect((await client.projects.get({ project })).undo).toEqual({ undo: 'label-add', redo: null })
  })

  it('of a slice whose file is gone is refused, and nothing of it stays', async () => {
    const { session, client, project, slices, label } = await projectWithPictures(['a.png'])
    const slice = slices[0]?.id ?? 0
    rmSync(session.pathOf(session.store.series.list()[0]?.path ?? ''))

    await expect(
      client.slices.edit({ project, slice, edit: { action: 'brush', put: [drawing(0, 9, label)] } }),
    ).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })

    expect(session.store.annotations.ofSlice(slice)).toEqual([])
  })

  it('answers with the slice as it is now, its window and its state', async () => {
    const { client, project, slices, label } = await projectWithPictures(['a.png'])
    const edit = {
      action: 'draw',
      put: [drawing(0, 9, label)],
      state: 'done',
      window: { centre: 5, width: 2 },
    } as const

    const { slice, undo } = await client.slices.edit({
      project,
      slice: slices[0]?.id ?? 0,
      edit: { ...edit, put: [...edit.put] },
    })

    expect(undo).toEqual({ undo: 'draw', redo: null })
    expect(slice).toMatchObject({
      ...{ state: 'done', objects: 1, window: { centre: 5, width: 2 }, width: side, height: side },
      annotations: [{ labelId: label, areaPx: 9, box: { x0: 0, y0: 0, x1: 7, y1: 1 }, predictedIou: 0.5 }],
    })
  })
})

describe('label classes', () => {
  it('get colours and digits of their own, and take their annotations with them and back', async () => {
    const { client, project, slices, label } = await projectWithPictures(['a.png', 'b.png'])
    const more = await client.labels.add({ project, name: 'Vessel' })
    expect(more.map(({ name, colour, key }) => [name, colour, key])).toEqual([
      ['Nerve', 1, 1],
      ['Vessel', 2, 2],
    ])
    for (const { id } of slices) {
      await client.slices.edit({ project, slice: id, edit: { action: 'draw', put: [drawing(0, 9, label)] } })
    }

    await client.labels.remove({ project, id: label })
    expect((await client.slices.list({ project })).map(({ objects }) => objects)).toEqual([0, 0])
    const { done, slices: touched } = await client.history.undo({ project })

    expect([done, touched]).toEqual(['label-remove', slices.map(({ id }) => id)])
    expect((await client.slices.list({ project })).map(({ objects }) => objects)).toEqual([1, 1])
    const moved = await client.labels.change({ project, id: 2, change: { key: 1 } })
    expect(moved.map(({ key }) => key)).toEqual([null, 1])
  })
})

describe('folders', () => {
  it('are listed below the root, without what is hidden or cannot be read', async () => {
    const root = folderWith({
      'b/x.png': pngWith(2, 2),
      'a10.png': '',
      'a2.nii.gz': '',
      '.c/x': '',
      'd.txt': '',
    })
    const { client } = await clientOf(folderWith({}), root)
    await client.projects.create({ name: 'Inside', folder: join(root, 'project') })

    const { path, parent, entries } = await client.folders.list({ path: null })

    expect(path.endsWith(root.slice(-6))).toBe(true)
    expect(parent).toBeNull()
    expect(entries.map(({ name, kind }) => [name, kind])).toEqual([
      ['b', 'folder'],
      ['project', 'project'],
      ['a2.nii.gz', 'file'],
      ['a10.png', 'file'],
    ])
    expect((await client.folders.list({ path: join(root, 'b') })).parent).toBe(path)
  })

  it.each([
    ['above it', (root: string) => join(root, '..')],
    ['above it in its own words', (root: string) => `${root}/b/../..`],
    ['elsewhere', () => '/'],
    ['by a link', (root: string) => join(root, 'link')],
    ['relative', () => 'b'],
    ['nonsense', () => '/\0'],
    ['nowhere', (root: string) => join(root, 'nowhere')],
  ])('are not listed outside the root: %s', async (_, place) => {
    const root = folderWith({ 'b/x.png': pngWith(2, 2) })
    symlinkSync(folderWith({}), join(root, 'link'))
    const { client } = await clientOf(folderWith({}), root)

    await expect(client.folders.list({ path: place(root) })).rejects.toMatchObject({
      code: 'FOLDER_NOT_FOUND',
    })
  })

  it('outside the root give no project and no files either', async () => {
    const root = folderWith({})
    const outside = folderWith({ 'x.png': pngWith(2, 2) })
    const { client } = await clientOf(folderWith({}), root)
    const { id: project } = await client.projects.create({ name: 'Mine', folder: null })
    await mkdir(join(root, 'empty'))

    await expect(client.projects.open({ folder: outside })).rejects.toMatchObject({
      code: 'FOLDER_NOT_FOUND',
    })
    await expect(client.projects.create({ name: 'X', folder: join(outside, 'x') })).rejects.toMatchObject({
      code: 'FOLDER_NOT_FOUND',
    })
    await expect(client.projects.open({ folder: join(root, 'empty') })).rejects.toMatchObject({
      code: 'NOT_A_PROJECT',
    })
    const importing = client.imports.add({ project, paths: [outside], copy: true }).then(all)
    await expect(importing).rejects.toMatchObject({ code: 'FOLDER_NOT_FOUND' })
  })
})

describe('the system', () => {
  it('keeps settings over restarts, and says what it does not know', async () => {
    const home = folderWith({})
    const { client } = await clientOf(home)
    expect((await client.system.info()).device).toMatchObject({
      ...{ name: 'CPU', reason: 'not-measured', secondsPerSlice: null, measuredAt: null },
    })

    await client.system.changeSettings({ theme: 'light', cacheGigabytes: 2, keys: { undo: 'Ctrl+U' } })

    const again = (await clientOf(home)).client
    expect(await again.system.settings()).toMatchObject({
      theme: 'light',
      keys: { undo: 'Ctrl+U' },
      maskOpacity: 0.4,
    })
    expect(await again.system.cache()).toEqual({ bytes: 0, limitBytes: 2e9 })
    expect(await again.system.clearCache()).toEqual({ bytes: 0 })
    const formats = (await again.imports.formats()).map(({ id }) => id)
    expect(formats.join(' ')).toBe('dicom png jpeg tiff nifti nrrd npy npz dicom-series')
    for await (const { at } of await again.system.heartbeat()) {
      expect(Date.parse(at)).toBeGreaterThan(Date.now() - 60_000)
      break
    }
  })
})
