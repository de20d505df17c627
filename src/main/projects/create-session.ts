import { isAbsolute, join } from 'node:path'
import type { UndoState } from '../../shared/domain/project'
import { problemOf } from '../../shared/problem-of'
import { AppError, isAppError } from '../../shared/errors'
import type { JournalStep } from '../database/project-store'
import { describeProject } from './describe-project'
import { ProjectChanges } from './project-changes'
import type { ProjectSession, SessionParts } from './project-session'

export function createProjectSession(parts: SessionParts): ProjectSession {
  const { id, folder, lookReason, store } = parts
  const changes = new ProjectChanges()
  const session: ProjectSession = {
    id,
    folder,
    mode: lookReason === null ? 'edit' : 'look',
    store,
    changes,
    describe: () => describeProject(session, parts),
    assertEditable: () => {
      if (lookReason !== null) throw new AppError('READ_ONLY_PROJECT', { file: folder })
    },
    pathOf: path => (isAbsolute(path) ? path : join(folder, path)),
    act: (action, scope, work) => {
      const step = saved(session, () => store.journal.record(action, scope, () => work(store)))
      if (step.id !== null) announce(session, step)
      return step
    },
    write: (slices, work) => {
      const result = saved(session, () => {
        const made = work(store)
        for (const slice of slices) store.slices.touch(slice)
        return made
      })
      announce(session, { slices, labelsChanged: false })
      return result
    },
    undo: () => travel(session, () => store.journal.undo()),
    redo: () => travel(session, () => store.journal.redo()),
    summaries: slices => slices.flatMap(slice => store.slices.summary(slice) ?? []),
  }
  if (lookReason === 'in-use') followOthers(session)
  return session
}

const lookEveryMs = 1000

/** What the process that works in a project changes is not announced here, so the database is asked. */
function followOthers({ store, changes }: ProjectSession): void {
  let seen = store.outsideVersion()
  const timer = setInterval(() => {
    const version = store.outsideVersion()
    if (version === seen) return
    seen = version
    changes.publish({ kind: 'slices-added' })
    changes.publish({ kind: 'labels', labels: store.labels.list() })
    changes.publish({ kind: 'undo', undo: store.journal.state() })
  }, lookEveryMs)
  timer.unref()
  changes.onClose(() => clearInterval(timer))
}

function travel(session: ProjectSession, move: () => JournalStep | null): JournalStep | null {
  const step = saved(session, move)
  if (step) announce(session, step)
  return step
}

/** A failed write concerns every window, not only the one that asked for it. */
function saved<T>(session: ProjectSession, work: () => T): T {
  session.assertEditable()
  try {
    return session.store.transaction(work)
  } catch (error) {
    if (isAppError(error) && ['DISK_FULL', 'NOT_SAVED', 'READ_ONLY_PROJECT'].includes(error.code)) {
      session.changes.publish({ kind: 'save-failed', ...problemOf(error) })
    }
    throw error
  }
}

function announce(
  session: ProjectSession,
  { slices, labelsChanged }: Pick<JournalStep, 'slices' | 'labelsChanged'>,
): void {
  const { changes, store } = session
  if (labelsChanged) changes.publish({ kind: 'labels', labels: store.labels.list() })
  if (slices.length > 0) changes.publish({ kind: 'slices', slices: session.summaries(slices) })
  changes.publish({ kind: 'undo', undo: store.journal.state() satisfies UndoState })
  changes.publish({ kind: 'saved', at: new Date().toISOString() })
}
