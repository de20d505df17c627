import { acceptProposals } from '../projects/accept-proposals'
import { assertPicture, describeSlice } from '../projects/describe-slice'
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
    editSlice(session, { slice, edit, by: context.app.settings().reviewer })
    return { slice: await describeSlice(session, slice), undo: session.store.journal.state() }
  }),
  acceptProposals: implementer.slices.acceptProposals.handler(({ input, context }) => {
    const session = context.projects.get(input.project)
    const { result } = acceptProposals(session, input.slices, context.app.settings().reviewer)
    return { accepted: result, undo: session.store.journal.state() }
  }),
})
