import { join } from 'node:path'
import { fc, test } from '@fast-check/vitest'
import { describe, expect, it } from 'vitest'
import { describeSlice } from '../../../../src/main/projects/describe-slice'
import { editCrossPlane } from '../../../../src/main/projects/edit-cross-plane'
import { importFile } from '../../../../src/main/projects/import-file'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import {
  crossPlaneId,
  crossPlaneOf,
  voxelMaskId,
  voxelMaskOf,
} from '../../../../src/shared/domain/cross-plane'
import type { AnnotationDraft } from '../../../../src/shared/domain/annotation'
import type { EditAction } from '../../../../src/shared/domain/project'
import { acrossAndDown } from '../../../../src/shared/geometry/directions'
import { decodeRuns, encodeRuns } from '../../../../src/shared/masks/rle'
import { niftiVolume } from '../slice-files'
import { folderWith } from '../support/folders'
import { smallProject } from '../support/small-project'

const sizes = [4, 5, 3] as const
const voxels = sizes[0] * sizes[1] * sizes[2]
const valueAt = (x: number, y: number, z: number): number => x + 10 * y + 60 * z

/** A volume whose file says nothing of its orientation: planes are shown as they are stored. */
async function projectWithVolume(): Promise<{ session: ProjectSession; seriesId: number }> {
  const { session, folder } = await smallProject(0)
  const source = folderWith({ 'volume.nii': niftiVolume(sizes, valueAt, { spacing: [1, 2, 3] }) })
  const plan = { file: join(source, 'volume.nii'), maskFile: null, spacingMm: null, group: null }
  const { seriesId } = await importFile(plan, {
    ...{ store: session.store, folder, copy: true, labelName: String },
  })
  return { session, seriesId: seriesId ?? 0 }
}

const draft = (mask: Uint8Array, rest: Partial<AnnotationDraft> = {}): AnnotationDraft => ({
  ...{ id: null, labelId: 1, runs: encodeRuns(mask), status: 'accepted', origin: 'drawn' },
  ...{ prompt: null, predictedIou: null, model: null },
  ...rest,
})

const editOf = (put: AnnotationDraft[], remove: number[] = [], action: EditAction = 'brush') => ({
  ...{ action, put, remove, spentMs: 0 },
})

/** Where a pixel of a plane is in the volume, x fastest. */
function voxelOf(axis: 0 | 1 | 2, index: number, pixel: number): number {
  const [across, down] = acrossAndDown[axis]
  const place = [0, 0, 0]
  place[axis] = index
  place[across] = pixel % sizes[across]
  place[down] = Math.floor(pixel / sizes[across])
  const [x = 0, y = 0, z = 0] = place
  return x + sizes[0] * (y + sizes[1] * z)
}

/** Voxels of accepted masks, as the slices have them. */
function storedVoxels({ store }: ProjectSession, seriesId: number, labelId = 1): Uint8Array {
  const volume = new Uint8Array(voxels)
  for (const slice of store.slices.ofSeries(seriesId))
    for (const { labelId: label, status, runs } of store.annotations.ofSlice(slice.id))
      if (label === labelId && status === 'accepted')
        decodeRuns(runs, sizes[0] * sizes[1]).forEach((isSet, pixel) => {
          if (isSet === 1) volume[voxelOf(2, slice.plane ?? 0, pixel)] = 1
        })
  return volume
}

const crossings = fc.oneof(
  fc.record({ axis: fc.constant(0 as const), index: fc.nat(sizes[0] - 1), bits: fc.nat(2 ** 15 - 1) }),
  fc.record({ axis: fc.constant(1 as const), index: fc.nat(sizes[1] - 1), bits: fc.nat(2 ** 12 - 1) }),
)

describe('a plane across the slices of a volume', () => {
  it('has a number of its own, which tells what it is', () => {
    const plane = { seriesId: 12_345, axis: 1, index: 4000 } as const

    expect(crossPlaneOf(crossPlaneId(plane))).toEqual(plane)
    expect(Number.isSafeInteger(crossPlaneId({ seriesId: 2 ** 31, axis: 2, index: 2 ** 17 - 1 }))).toBe(true)
    expect(crossPlaneOf(7)).toBeNull()
    for (const status of ['accepted', 'proposal'] as const)
      expect(voxelMaskOf(voxelMaskId({ labelId: 9, status }))).toEqual({ labelId: 9, status })
    expect(voxelMaskOf(7)).toBeNull()
  })

  it('has the pixels, size and spacing of its own axes', async () => {
    const { session, seriesId } = await projectWithVolume()

    const shown = await describeSlice(session, crossPlaneId({ seriesId, axis: 0, index: 3 }))

    expect(shown).toMatchObject({
      ...{ width: sizes[1], height: sizes[2], spacingMm: { x: 2, y: 3 }, plane: 3, annotations: [] },
      volume: { axis: 0, storedAxis: 2, sizes: [...sizes], directions: null },
      range: [valueAt(3, 0, 0), valueAt(3, 4, 2)],
    })
    await expect(describeSlice(session, crossPlaneId({ seriesId, axis: 0, index: 4 }))).rejects.toMatchObject(
      {
        code: 'NO_SUCH_ITEM',
      },
    )
    await expect(describeSlice(session, crossPlaneId({ seriesId, axis: 2, index: 0 }))).rejects.toMatchObject(
      {
        code: 'NO_SUCH_ITEM',
      },
    )
  })

  test.prop([fc.array(crossings, { minLength: 1, maxLength: 6 })], { numRuns: 25 })(
    'writes its masks into the voxels of the slices, and undo takes them back',
    async edits => {
      const { session, seriesId } = await projectWithVolume()
      const volume = new Uint8Array(voxels)
      const history = [volume.slice()]
      for (const { axis, index, bits } of edits) {
        const pixels = voxels / sizes[axis]
        const mask = Uint8Array.from({ length: pixels }, (_, pixel) => (bits >> pixel) & 1)
        const plane = { seriesId, axis, index }
        const id = voxelMaskId({ labelId: 1, status: 'accepted' })
        const before = await describeSlice(session, crossPlaneId(plane))
        const isThere = before.annotations.some(one => one.id === id)

        editCrossPlane(session, { plane, edit: editOf([draft(mask, { id: isThere ? id : null })]), by: 'A' })

        mask.forEach((isSet, pixel) => (volume[voxelOf(axis, index, pixel)] = isSet))
        if (volume.join() !== history.at(-1)?.join()) history.push(volume.slice())
        expect(storedVoxels(session, seriesId)).toEqual(volume)
        const { annotations } = await describeSlice(session, crossPlaneId(plane))
        expect(annotations.map(({ runs }) => runs)).toEqual(mask.includes(1) ? [encodeRuns(mask)] : [])
      }
      for (const earlier of history.toReversed().slice(1)) {
        session.undo()
        expect(storedVoxels(session, seriesId)).toEqual(earlier)
      }
    },
  )

  it('keeps what a model proposes to itself until it is accepted', async () => {
    const { session, seriesId } = await projectWithVolume()
    const plane = { seriesId, axis: 1, index: 2 } as const
    const mask = new Uint8Array(sizes[0] * sizes[2]).fill(1, 5, 7)
    const prompt = { box: { x0: 1, y0: 1, x1: 2, y1: 1 }, points: [] }
    const proposal = draft(mask, { status: 'proposal', origin: 'model', prompt, predictedIou: 0.8 })

    const [id = 0] = editCrossPlane(session, { plane, edit: editOf([proposal], [], 'box'), by: 'A' }).result

    expect((await describeSlice(session, crossPlaneId(plane))).annotations).toMatchObject([
      { id, status: 'proposal', prompt, predictedIou: 0.8, box: prompt.box, areaPx: 2 },
    ])
    expect(storedVoxels(session, seriesId).includes(1)).toBe(false)

    const [accepted] = editCrossPlane(session, {
      ...{ plane, edit: editOf([{ ...proposal, id, status: 'accepted' }], [], 'accept'), by: 'A' },
    }).result

    expect((await describeSlice(session, crossPlaneId(plane))).annotations).toMatchObject([
      { id: accepted, status: 'accepted', areaPx: 2 },
    ])
    expect(storedVoxels(session, seriesId).filter(value => value === 1)).toHaveLength(2)
    expect(session.store.slices.ofSeries(seriesId).map(({ state }) => state)).toEqual([
      'to-do',
      'in-progress',
      'to-do',
    ])
    session.undo()
    expect((await describeSlice(session, crossPlaneId(plane))).annotations).toMatchObject([
      { id, status: 'proposal', prompt },
    ])
    session.undo()
    expect((await describeSlice(session, crossPlaneId(plane))).annotations).toEqual([])
  })

  it('joins an object of its label that it touches, and makes one of its own beside another', async () => {
    const { session, seriesId } = await projectWithVolume()
    const [slice] = session.store.slices.ofSeries(seriesId)
    const box = { x0: 0, y0: 0, x1: 0, y1: 0 }
    const first = draft(new Uint8Array(20).fill(1, 0, 1))
    const id = session.store.annotations.put(slice?.id ?? 0, { ...first, box, areaPx: 1 })
    const line = (axis: 0 | 1, index: number, pixel: number): void => {
      const mask = new Uint8Array(voxels / sizes[axis])
      mask[pixel] = 1
      editCrossPlane(session, { plane: { seriesId, axis, index }, edit: editOf([draft(mask)]), by: 'A' })
    }

    line(1, 0, 1) // x 1, y 0, z 0: beside the first
    line(1, 4, 3) // x 3, y 4, z 0: far from it

    expect(session.store.annotations.ofSlice(slice?.id ?? 0)).toMatchObject([
      { id, areaPx: 2 },
      { areaPx: 1, origin: 'drawn' },
    ])
  })

  it('refuses a locked label and a mask of another size, and changes nothing then', async () => {
    const { session, seriesId } = await projectWithVolume()
    const plane = { seriesId, axis: 0, index: 0 } as const
    const full = draft(new Uint8Array(sizes[1] * sizes[2]).fill(1))
    session.store.labels.change(1, { isLocked: true })

    expect(() => editCrossPlane(session, { plane, edit: editOf([full]), by: 'A' })).toThrow(
      expect.objectContaining({ code: 'LABEL_LOCKED' }),
    )
    session.store.labels.change(1, { isLocked: false })
    expect(() => editCrossPlane(session, { plane, edit: editOf([{ ...full, runs: [3] }]), by: 'A' })).toThrow(
      expect.objectContaining({ code: 'SHAPE_MISMATCH' }),
    )
    expect(() => editCrossPlane(session, { plane, edit: editOf([], [99]), by: 'A' })).toThrow(
      expect.objectContaining({ code: 'NO_SUCH_ITEM' }),
    )
    expect(storedVoxels(session, seriesId).includes(1)).toBe(false)
  })

  it('has the window of its volume, and gives it one', async () => {
    const { session, seriesId } = await projectWithVolume()
    const plane = { seriesId, axis: 0, index: 0 } as const
    const window = { centre: 40, width: 400 }

    editCrossPlane(session, { plane, edit: { ...editOf([], [], 'window'), window }, by: 'A' })

    expect(session.store.slices.ofSeries(seriesId).map(slice => slice.window)).toEqual([
      window,
      window,
      window,
    ])
    expect((await describeSlice(session, crossPlaneId({ ...plane, axis: 1 }))).window).toEqual(window)
    session.undo()
    expect((await describeSlice(session, crossPlaneId(plane))).window).toBeNull()
  })
})
