import { crossPlaneOf } from '../../shared/domain/cross-plane'
import { acceptCrossProposals } from '../projects/accept-cross-proposals'
import { acceptProposals } from '../projects/accept-proposals'
import { assertPicture, describeSlice } from '../projects/describe-slice'
import { editCrossPlane } from '../projects/edit-cross-plane'
import { editSlice } from '../projects/edit-slice'
import { shownPlane, storedDraft } from '../projects/shown-plane'
import { implementer } from './implementer'

export const slicesService = implementer.slices.router({
  list: implementer.slices.list.handler(({ input, context }) =>
    context.projects.get(input.project).store.slices.summaries(),
  ),
  get: implementer.slices.get.handler(({ input, context }) =>
    describeSlice(context.projects.get(input.project), input.slice),
  ),
  edit: implementer.slices.edit.handler(async ({ input, context }) => {
    const session = context.projects.get(input.project)
    const { slice } = input
    assertPicture(session, slice)
    const plane = shownPlane(session, slice)
    const edit = { ...input.edit, put: input.edit.put.map(draft => storedDraft(plane, draft)) }
    const by = context.app.settings().reviewer
    const cross = crossPlaneOf(slice)
    const ids = cross
      ? editCrossPlane(session, { plane: cross, edit, by }).result
      : editSlice(session, { slice, edit, by }).result
    return { slice: await describeSlice(session, slice), ids, undo: session.store.journal.state() }
  }),
  acceptProposals: implementer.slices.acceptProposals.handler(({ input, context }) => {
    const session = context.projects.get(input.project)
    const by = context.app.settings().reviewer
    const stored = input.slices.filter(id => crossPlaneOf(id) === null)
    const planes = input.slices.flatMap(id => crossPlaneOf(id) ?? [])
    const { id, result } = acceptProposals(session, stored, by)
    const crossed = acceptCrossProposals(session, planes, { by, joins: id })
    return { accepted: result + crossed, undo: session.store.journal.state() }
  }),
})
