import { join } from 'node:path'
import { createRouterClient } from '@orpc/server'
import { decode } from 'fast-png'
import { expect, onTestFinished, test } from 'vitest'
import { createBackend } from '../../../../src/main/backend'
import { parseDirections } from '../../../../src/shared/geometry/directions'
import { decodeRuns, encodeRuns } from '../../../../src/shared/masks/rle'
import { realThread } from '../inference/small-inference'
import { niftiVolume } from '../slice-files'
import { folderWith } from '../support/folders'
import { threadOf } from '../support/gradient-threads'
import { smallCheckpoints } from '../support/small-checkpoints'

const sizes = [3, 4, 5] as const
const valueAt = (x: number, y: number, z: number): number => x + 10 * y + 50 * z

/** A project with volumes that lie in their files as the letters say, which are their names. */
async function projectWithVolumes(...names: string[]) {
  const volumes = names.map((name): [string, Uint8Array] => [
    `${name}.nii`,
    niftiVolume(sizes, valueAt, { directions: parseDirections(name), spacing: [1, 2, 3] }),
  ])
  const files: Record<string, Uint8Array> = Object.fromEntries(volumes)
  const home = folderWith({ 'small.pth': smallCheckpoints['efficient-sam'](), ...files })
  const backend = await createBackend({
    ...{ door: 'browser', root: null, home },
    capabilities: { dialogs: false, reveal: false, folderBrowser: true, droppedPaths: false },
    createEngineWorker: threadOf('src/main/workers/engine.worker.ts'),
    createInferenceWorker: realThread,
  })
  onTestFinished(() => backend.close())
  const client = createRouterClient(backend.router, { context: backend.context })
  const { id: project } = await client.projects.create({ name: 'Volume', folder: null })
  const paths = names.map(name => join(home, `${name}.nii`))
  for await (const event of await client.imports.add({ project, paths, copy: false }))
    expect(event.event).toBeTruthy()
  const session = backend.context.projects.get(project)
  session.store.settings.set('model', join(home, 'small.pth'))
  const labels = await client.labels.add({ project, name: 'Nerve' })
  const list = await client.slices.list({ project })
  const sliceOf = (name: string): number => list.find(slice => slice.name === `${name}-002`)?.id ?? 0
  const pixels = async (slice: number): Promise<Uint8Array> =>
    (await backend.readBlob({ kind: 'pixels', project, id: String(slice) })).bytes
  const thumbnail = async (slice: number) =>
    decode((await backend.readBlob({ kind: 'thumbnail', project, id: String(slice) })).bytes)
  return { client, project, session, thumbnail, pixels, sliceOf, labelId: labels[0]?.id ?? 0 }
}

/** Where the file's first voxel of the plane is on the screen, and how the plane lies there */
const cases = [
  { directions: 'LPS', edges: 'APLR', size: [3, 4], corner: [0, 0], spacingMm: { x: 1, y: 2 } },
  { directions: 'RAS', edges: 'APLR', size: [3, 4], corner: [2, 3], spacingMm: { x: 1, y: 2 } },
  { directions: 'RPI', edges: 'APLR', size: [3, 4], corner: [2, 0], spacingMm: { x: 1, y: 2 } },
  { directions: 'ASL', edges: 'SIAP', size: [3, 4], corner: [0, 3], spacingMm: { x: 1, y: 2 } },
  { directions: 'SLA', edges: 'SILR', size: [4, 3], corner: [0, 2], spacingMm: { x: 2, y: 1 } },
  { directions: 'PRS', edges: 'APLR', size: [4, 3], corner: [3, 0], spacingMm: { x: 2, y: 1 } },
] as const

test('planes are shown in radiological view, and stored as they lie in their files', async () => {
  const { client, project, session, pixels, sliceOf, labelId } = await projectWithVolumes(
    ...cases.map(({ directions }) => directions),
  )
  for (const { directions, edges, size, corner, spacingMm } of cases) {
    const slice = sliceOf(directions)
    const [[width, height], [x, y]] = [size, corner]

    const shown = await client.slices.get({ project, slice })
    const values = await pixels(slice)

    const { top, bottom, right, left } = shown.edges ?? { top: '', bottom: '', right: '', left: '' }
    const found = { edges: top + bottom + right + left, width: shown.width, height: shown.height }
    expect(found, directions).toEqual({ edges, width, height })
    expect(shown.spacingMm, directions).toEqual(spacingMm)
    expect(values[y * width + x], directions).toBe(valueAt(0, 0, 2))

    // The corner and the pixel that is next to it on the screen.
    const next = x === 0 ? x + 1 : x - 1
    const mask = new Uint8Array(width * height)
    mask[y * width + x] = mask[y * width + next] = 1
    const prompt = { box: { x0: Math.min(x, next), y0: y, x1: Math.max(x, next), y1: y }, points: [] }
    const draft = {
      ...{ id: null, labelId, runs: encodeRuns(mask), prompt, predictedIou: null, model: null },
      ...({ status: 'accepted', origin: 'drawn' } as const),
    }
    const edit = { action: 'brush' as const, put: [draft], remove: [], spentMs: 0 }
    const { slice: edited } = await client.slices.edit({ project, slice, edit })

    expect(edited.annotations, directions).toMatchObject([{ runs: draft.runs, prompt, box: prompt.box }])
    const [stored] = session.store.annotations.ofSlice(slice)
    const covered = [...decodeRuns(stored?.runs ?? [], sizes[0] * sizes[1])].flatMap((isSet, at) =>
      isSet === 1 ? [valueAt(at % sizes[0], Math.floor(at / sizes[0]), 2)] : [],
    )
    expect(covered.toSorted(), directions).toEqual(
      [values[y * width + x], values[y * width + next]].toSorted(),
    )
    expect(stored?.prompt?.box, directions).toEqual(stored?.box)
  }
})

test('a prompt goes to the model, and its masks come back, through the same turn', async () => {
  const { client, project, sliceOf } = await projectWithVolumes('SLA')
  const slice = sliceOf('SLA')
  const prompt = { box: { x0: 0, y0: 0, x1: 3, y1: 1 }, points: [{ x: 3, y: 0, sign: 'positive' as const }] }

  const { candidates } = await client.segment.propose({ project, slice, prompt })

  for (const { runs } of candidates) expect(decodeRuns(runs, 4 * 3)).toHaveLength(12)
})

test('a thumbnail is turned as its slice is', async () => {
  const { client, project, thumbnail, pixels, sliceOf } = await projectWithVolumes('SLA')
  const slice = sliceOf('SLA')
  const window = { centre: 127.5, width: 256 } // bytes as they are
  await client.slices.edit({
    project,
    slice,
    edit: { action: 'window', put: [], remove: [], window, spentMs: 0 },
  })

  const { width, height, data } = await thumbnail(slice)

  expect([width, height]).toEqual([4, 3])
  const grey = [...data].filter((_, at) => at % 3 === 0)
  const values = [...(await pixels(slice))]
  const order = (of: readonly number[]): number[] =>
    of.map((_, at) => at).toSorted((a, b) => (of[a] ?? 0) - (of[b] ?? 0))
  expect(order(grey)).toEqual(order(values))
})

test('a mask of another size is refused', async () => {
  const { client, project, sliceOf, labelId } = await projectWithVolumes('SLA')
  const slice = sliceOf('SLA')
  const draft = {
    ...{ id: null, labelId, runs: [13], prompt: null, predictedIou: null, model: null },
    ...({ status: 'accepted', origin: 'drawn' } as const),
  }
  const edit = { action: 'brush' as const, put: [draft], remove: [], spentMs: 0 }

  await expect(client.slices.edit({ project, slice, edit })).rejects.toMatchObject({ code: 'SHAPE_MISMATCH' })
})
