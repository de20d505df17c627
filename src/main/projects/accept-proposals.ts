import { settleByEdit } from '../reviews/settle-by-edit'
import type { RecordedStep } from '../database/project-store'
import type { ProjectSession } from './project-session'

/**
 * Accepts every proposal on some slices as one action, such as the masks that were carried through a volume. Those of
 * locked labels stay as they are.
 *
 * @param by - name that the states are signed with
 * @returns how many were accepted
 * @throws AppError READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED
 */
export function acceptProposals(
  session: ProjectSession,
  slices: readonly number[],
  by: string,
): RecordedStep<number> {
  return session.act('accept', { slices }, store => {
    let accepted = 0
    for (const slice of slices) {
      const before = store.annotations.ofSlice(slice)
      const proposals = before.filter(
        ({ status, labelId }) => status === 'proposal' && store.labels.get(labelId)?.isLocked !== true,
      )
      for (const proposal of proposals) store.annotations.put(slice, { ...proposal, status: 'accepted' })
      accepted += proposals.length
      const isOpen = before.some(one => one.status === 'proposal' && !proposals.includes(one))
      if (proposals.length > 0) store.slices.setState(slice, isOpen ? 'in-progress' : 'done', by)
      settleByEdit(store, slice, { before, spentMs: 0 })
    }
    return accepted
  })
}
