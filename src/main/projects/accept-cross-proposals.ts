import type { CrossPlane } from '../../shared/domain/cross-plane'
import { editCrossPlane } from './edit-cross-plane'
import type { ProjectSession } from './project-session'

/**
 * Accepts every proposal on planes across the slices of a volume: they become voxels of the slices. One undo takes all back.
 * Those of locked labels stay as they are.
 *
 * @returns how many were accepted
 * @throws AppError NO_SUCH_ITEM, READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function acceptCrossProposals(
  session: ProjectSession,
  planes: readonly CrossPlane[],
  { by, joins }: { readonly by: string; readonly joins: number | null },
): number {
  const { store } = session
  let [accepted, step] = [0, joins]
  for (const plane of planes) {
    const proposals = store.crossProposals
      .ofPlane(plane)
      .filter(({ labelId }) => store.labels.get(labelId)?.isLocked !== true)
    if (proposals.length === 0) continue
    const put = proposals.map(proposal => ({ ...proposal, status: 'accepted' as const }))
    const edit = { action: 'accept' as const, put, remove: [], spentMs: 0 }
    step = editCrossPlane(session, { plane, edit, by, joins: step }).id ?? step
    accepted += proposals.length
  }
  return accepted
}
