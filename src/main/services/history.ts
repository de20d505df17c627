import type { JournalStep } from '../database/project-store'
import type { ProjectSession } from '../projects/project-session'
import { implementer } from './implementer'

export const historyService = implementer.history.router({
  undo: implementer.history.undo.handler(({ input, context }) => {
    const session = context.projects.get(input.project)
    return answer(session, session.undo())
  }),
  redo: implementer.history.redo.handler(({ input, context }) => {
    const session = context.projects.get(input.project)
    return answer(session, session.redo())
  }),
})

function answer(session: ProjectSession, step: JournalStep | null) {
  return {
    done: step?.action ?? null,
    slices: [...(step?.slices ?? [])],
    undo: session.store.journal.state(),
  }
}
