import type { AnnotationDraft, AnnotationStatus } from '../../shared/domain/annotation'
import type { CrossPlane, VoxelMask } from '../../shared/domain/cross-plane'
import { voxelMaskId, voxelMaskOf } from '../../shared/domain/cross-plane'
import type { SliceEdit } from '../../shared/contract/slices'
import { AppError } from '../../shared/errors'
import { decodeRuns } from '../../shared/masks/rle'
import type { ProjectStore, RecordedStep } from '../database/project-store'
import { settleByEdit } from '../reviews/settle-by-edit'
import { voxelMasks } from './cross-plane-masks'
import type { CrossedSlices } from './crossed-slices'
import { crossedSlices } from './crossed-slices'
import { measured, refuseLocked } from './edit-slice'
import type { ProjectSession } from './project-session'
import { writeVoxels } from './write-voxels'

export interface CrossPlaneEditOf {
  readonly plane: CrossPlane
  /** As the plane is stored */
  readonly edit: SliceEdit
  /** Name that a state is signed with */
  readonly by: string
  /** The step of the journal that it belongs to */
  readonly joins?: number | null
}

/** What an edit makes of the voxels of one label: the masks on the plane before and after. */
interface VoxelChange {
  readonly mask: VoxelMask
  readonly before: Uint8Array
  readonly after: Uint8Array
  /** Who drew what is new */
  readonly source: Pick<AnnotationDraft, 'origin' | 'model'>
}

/**
 * One action on a plane across the slices of a volume. What is accepted there becomes voxels of the slices that it crosses;
 * what a model proposes there stays with the plane until then. A window is that of the whole volume.
 *
 * @returns with the IDs of what was put, in its order
 * @throws AppError NO_SUCH_ITEM, LABEL_LOCKED, SHAPE_MISMATCH, READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function editCrossPlane(
  session: ProjectSession,
  { plane, edit, by, joins = null }: CrossPlaneEditOf,
): RecordedStep<number[]> {
  const crossed = crossedSlices(session.store, plane)
  const plan = planEdit(session.store, crossed, edit)
  const touched = crossed.slices.filter(
    ({ plane: index }) => index !== null && isChanged(plan, crossed, index),
  )
  const first = crossed.slices.slice(0, 1)
  // The slices that change are what undo has to bring back; one at least, by which others hear of the volume.
  const scope = edit.window === undefined ? [...new Set([...first, ...touched])] : crossed.slices
  const slices = scope.map(({ id }) => id)
  return session.act(edit.action, { slices, redrawn: first.map(({ id }) => id), joins }, store => {
    for (const id of edit.remove) removeProposal(store, crossed, id)
    for (const slice of touched) {
      const before = store.annotations.ofSlice(slice.id)
      for (const change of plan) writeVoxels(store, slice, crossed, change)
      if (slice.state === 'to-do' || slice.state === 'nothing-here')
        store.slices.setState(slice.id, 'in-progress', by)
      settleByEdit(store, slice.id, { before, spentMs: 0 })
    }
    if (edit.window !== undefined) for (const id of slices) store.slices.setWindow(id, edit.window)
    return edit.put.map(draft => putDraft(store, crossed, draft))
  })
}

/** Voxels before and after, label by label; the edit is checked before anything is written. */
function planEdit(store: ProjectStore, crossed: CrossedSlices, { put, remove }: SliceEdit): VoxelChange[] {
  const pixels = crossed.width * crossed.height
  // Each walks through all slices, and most edits touch accepted masks only.
  const known = new Map<AnnotationStatus, Map<number, Uint8Array>>()
  const knownOf = (status: AnnotationStatus): Map<number, Uint8Array> => {
    const masks = known.get(status) ?? voxelMasks(store, crossed, status)
    known.set(status, masks)
    return masks
  }
  const changes = new Map<number, VoxelChange>()
  const changeOf = (mask: VoxelMask, { origin, model }: VoxelChange['source']): VoxelChange => {
    refuseLocked(store, mask.labelId)
    const before = knownOf(mask.status).get(mask.labelId) ?? new Uint8Array(pixels)
    const change = changes.get(voxelMaskId(mask)) ?? {
      mask,
      before,
      after: before.slice(),
      source: { origin, model },
    }
    changes.set(voxelMaskId(mask), change)
    return change
  }
  for (const id of remove) {
    const mask = voxelMaskOf(id)
    if (mask) changeOf(mask, { origin: 'drawn', model: null }).after.fill(0)
    else refuseLocked(store, ownProposal(store, crossed, id).labelId)
  }
  for (const draft of put) {
    measured(draft, crossed)
    refuseLocked(store, draft.labelId)
    const replaced = draft.id === null ? null : voxelMaskOf(draft.id)
    if (replaced) changeOf(replaced, draft).after.fill(0)
    else if (draft.id !== null) refuseLocked(store, ownProposal(store, crossed, draft.id).labelId)
    if (replaced === null && draft.status === 'proposal') continue
    const { after } = changeOf({ labelId: draft.labelId, status: draft.status }, draft)
    decodeRuns(draft.runs, pixels).forEach((isSet, at) => (after[at] ||= isSet))
  }
  return [...changes.values()]
}

function isChanged(plan: readonly VoxelChange[], { inPlane }: CrossedSlices, index: number): boolean {
  const { start, step, length } = inPlane(index)
  return plan.some(({ before, after }) => {
    for (let at = 0, pixel = start; at < length; at++, pixel += step)
      if (before[pixel] !== after[pixel]) return true
    return false
  })
}

/** @returns the id that the plane shows it under from now on */
function putDraft(store: ProjectStore, { plane }: CrossedSlices, draft: AnnotationDraft): number {
  const isVoxels = draft.status === 'accepted' || (draft.id !== null && voxelMaskOf(draft.id) !== null)
  if (!isVoxels) return store.crossProposals.put(plane, draft)
  if (draft.id !== null && voxelMaskOf(draft.id) === null) store.crossProposals.remove(draft.id)
  return voxelMaskId(draft)
}

function removeProposal(store: ProjectStore, crossed: CrossedSlices, id: number): void {
  if (voxelMaskOf(id)) return // its voxels are in the plan
  ownProposal(store, crossed, id)
  store.crossProposals.remove(id)
}

function ownProposal(
  store: ProjectStore,
  { plane }: CrossedSlices,
  id: number,
): { readonly labelId: number } {
  const proposal = store.crossProposals.get(id)
  const { seriesId, axis, index } = proposal?.plane ?? {}
  if (!proposal || seriesId !== plane.seriesId || axis !== plane.axis || index !== plane.index)
    throw new AppError('NO_SUCH_ITEM', { kind: 'annotation', id: String(id) })
  return proposal
}
