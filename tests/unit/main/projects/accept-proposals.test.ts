import { describe, expect, it } from 'vitest'
import { SliceEdit } from '../../../../src/shared/contract/slices'
import { acceptProposals } from '../../../../src/main/projects/accept-proposals'
import { addLabel, changeLabel } from '../../../../src/main/projects/edit-labels'
import { editSlice } from '../../../../src/main/projects/edit-slice'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { drawing, smallProject } from '../support/small-project'

function propose(session: ProjectSession, slice: number, labelId = 1): void {
  const put = [{ ...drawing(3, 9, labelId), status: 'proposal' as const, origin: 'propagated' as const }]
  editSlice(session, { slice, edit: SliceEdit.parse({ action: 'propagate', put }), by: '' })
}

const statuses = (session: ProjectSession, slices: readonly number[]): string[][] =>
  slices.map(slice => session.store.annotations.ofSlice(slice).map(({ status }) => status))

describe('acceptProposals', () => {
  it('accepts on all slices at once and one undo takes all back', async () => {
    const { session, slices } = await smallProject(3)
    for (const slice of slices) propose(session, slice)

    const { result } = acceptProposals(session, slices, 'A. Tester')

    expect(result).toBe(3)
    expect(statuses(session, slices)).toEqual([['accepted'], ['accepted'], ['accepted']])
    expect(session.summaries(slices).map(({ state }) => state)).toEqual(['done', 'done', 'done'])
    session.undo()
    expect(statuses(session, slices)).toEqual([['proposal'], ['proposal'], ['proposal']])
  })

  it('leaves those of a locked label, and slices without any, as they are', async () => {
    const { session, slices } = await smallProject(2)
    addLabel(session, 'Vessel')
    const [first = 0] = slices
    propose(session, first, 1)
    propose(session, first, 2)
    changeLabel(session, 2, { isLocked: true })

    expect(acceptProposals(session, slices, '').result).toBe(1)

    expect(statuses(session, slices)).toEqual([['accepted', 'proposal'], []])
    expect(session.summaries(slices).map(({ state }) => state)).toEqual(['in-progress', 'to-do'])
  })
})
