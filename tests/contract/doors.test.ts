import { setTimeout as wait } from 'node:timers/promises'
import { ORPCError } from '@orpc/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Project } from '../../src/shared/domain/project'
import type { Slice } from '../../src/shared/domain/slice'
import { decodeRuns, encodeRuns } from '../../src/shared/masks/rle'
import { openDoor, ways, type OpenDoor } from './doors'

const box = { x0: 40, y0: 40, x1: 120, y1: 120 }

/** How a call fails: its code and data, and whether the contract declares them. */
async function failureOf(call: Promise<unknown>): Promise<object> {
  const error: unknown = await call.then(
    () => null,
    (thrown: unknown) => thrown,
  )
  if (!(error instanceof ORPCError)) throw new Error(`no error of a call: ${String(error)}`)
  const { code, data, defined, message } = error as ORPCError<string, unknown>
  return { code, data, defined, message }
}

describe.each(Object.keys(ways) as (keyof typeof ways)[])('calls %s', way => {
  let door: OpenDoor
  let project: Project
  let slice: Slice
  beforeAll(async () => {
    door = await openDoor(way)
    project = await door.client.projects.openSample()
    const [first] = await door.client.slices.list({ project: project.id })
    slice = await door.client.slices.get({ project: project.id, slice: first?.id ?? 0 })
  })
  afterAll(() => door.close())

  const draft = (mask: Uint8Array): object => ({
    ...{ id: null, labelId: project.labels[0]?.id ?? 0, runs: encodeRuns(mask), status: 'accepted' },
    ...{ origin: 'drawn', prompt: null, predictedIou: null, model: null },
  })

  test('tell who serves, and open the sample', async () => {
    expect(await door.client.system.info()).toMatchObject({ door: 'browser' })
    expect(project.labels.length).toBeGreaterThan(0)
    expect(slice.width * slice.height).toBeGreaterThan(0)
  })

  test('propose masks for a box', async () => {
    const { candidates, model } = await door.client.segment.propose({
      ...{ project: project.id, slice: slice.id, prompt: { box, points: [] } },
    })

    expect(model).toBe('efficientsam-ti-medical')
    for (const { runs, areaPx } of candidates) {
      const mask = decodeRuns(runs, slice.width * slice.height)
      expect(mask.reduce((sum, pixel) => sum + pixel, 0)).toBe(areaPx)
    }
  })

  test('store an edit, undo it and do it again', async () => {
    const target = { project: project.id, slice: slice.id }
    const mask = new Uint8Array(slice.width * slice.height).fill(1, 1000, 2000)

    const edited = await door.client.slices.edit({
      ...target,
      edit: { action: 'draw', put: [draft(mask) as never] },
    })
    expect(edited.slice.annotations).toHaveLength(slice.annotations.length + 1)
    expect(edited.undo.undo).toBe('draw')

    expect((await door.client.history.undo({ project: project.id })).slices).toEqual([slice.id])
    expect((await door.client.slices.get(target)).annotations).toEqual(slice.annotations)
    await door.client.history.redo({ project: project.id })
    expect((await door.client.slices.get(target)).annotations.at(-1)).toMatchObject({ areaPx: 1000 })
  })

  test('stream what changes until the reader leaves', async () => {
    const changes = await door.client.projects.watch({ project: project.id })
    const kinds: string[] = []
    const reading = (async () => {
      for await (const change of changes) {
        kinds.push(change.kind)
        if (change.kind === 'labels') break
      }
    })()
    await wait(100)
    await door.client.labels.add({ project: project.id, name: `label of ${way}` })

    await reading
    expect(kinds).toContain('labels')
  })

  test('stop a stream that is aborted, without an error of the backend', async () => {
    const stop = new AbortController()
    const beats = await door.client.system.heartbeat(undefined, { signal: stop.signal })
    expect((await beats.next()).value).toMatchObject({ at: expect.any(String) as string })

    const next = beats.next()
    stop.abort()

    // In this process the handler itself ends the stream; over a wire the caller is told that it was cancelled.
    const ending = await next.then(
      ({ done }) => (done === true ? 'ended' : 'went on'),
      () => 'ended',
    )
    expect(ending).toBe('ended')
    expect(await door.client.projects.get({ project: project.id })).toMatchObject({ id: project.id })
  })

  test('stop a call that is aborted before it is made', async () => {
    const call = door.client.segment.propose(
      { project: project.id, slice: slice.id, prompt: { box, points: [] } },
      { signal: AbortSignal.abort() },
    )

    await expect(call).rejects.toThrow()
  })

  test('carry errors with code, data and the sentence of the table', async () => {
    const folder = `${door.home}/nowhere`

    expect(await failureOf(door.client.projects.open({ folder }))).toEqual({
      ...{ code: 'FOLDER_NOT_FOUND', data: { file: folder }, defined: true },
      message: `The folder ${folder} does not exist. Check the path.`,
    })
    expect(await failureOf(door.client.slices.get({ project: project.id, slice: 999_999 }))).toMatchObject({
      ...{ code: 'NO_SUCH_ITEM', data: { kind: 'slice', id: '999999' }, defined: true },
    })
    expect(await failureOf(door.client.projects.get({ project: 'closed-long-ago' }))).toMatchObject({
      ...{ code: 'PROJECT_NOT_OPEN', defined: true },
    })
  })

  test.each([
    ['a number for a folder', { folder: 7 }],
    ['nothing', {}],
    ['a prototype', JSON.parse('{"__proto__":{"folder":"/"}}')],
  ])('refuse %s before anything is done', async (_name, input) => {
    const failure = await failureOf(door.client.projects.open(input as { folder: string }))

    expect(failure).toMatchObject({ code: 'BAD_REQUEST' })
    expect(({} as Record<string, unknown>)['folder']).toBeUndefined()
  })

  test('refuse an edit that is none, and change nothing', async () => {
    const target = { project: project.id, slice: slice.id }
    const before = await door.client.slices.get(target)

    const edit = { action: 'format-disk', put: [] } as unknown as { action: 'draw' }
    expect(await failureOf(door.client.slices.edit({ ...target, edit }))).toMatchObject({
      code: 'BAD_REQUEST',
    })
    expect(await door.client.slices.get(target)).toEqual(before)
  })
})
