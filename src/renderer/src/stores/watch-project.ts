import type { ProjectChange } from '../../../shared/contract/projects'
import type { LabelClass } from '../../../shared/domain/label-class'
import type { UndoState } from '../../../shared/domain/project'
import type { SliceSummary } from '../../../shared/domain/slice'
import { client } from '../api/client'

export interface ProjectChanges {
  slices(changed: readonly SliceSummary[]): void
  slicesAdded(): void
  labels(labels: readonly LabelClass[]): void
  undo(state: UndoState): void
  models(model: string): void
  runs(run: number): void
  saved(at: Date): void
  saveFailed(problem: { readonly code: string; readonly message: string }): void
  /** Another tab has closed it */
  closed(): void
}

/** Follows what changes in a project, whoever changes it. A lost backend ends it; opening again starts it anew. @returns stops */
export function watchProject(project: string, changes: ProjectChanges): () => void {
  const stopping = new AbortController()
  void (async () => {
    try {
      for await (const change of await client.projects.watch({ project }, { signal: stopping.signal })) {
        apply(change, changes)
      }
      if (!stopping.signal.aborted) changes.closed()
    } catch {
      // Stopped, or the backend is gone: the connection store says so and the project is opened again.
    }
  })()
  return () => {
    stopping.abort()
  }
}

function apply(change: ProjectChange, changes: ProjectChanges): void {
  switch (change.kind) {
    case 'slices':
      changes.slices(change.slices)
      break
    case 'slices-added':
      changes.slicesAdded()
      break
    case 'labels':
      changes.labels(change.labels)
      break
    case 'undo':
      changes.undo(change.undo)
      break
    case 'models':
      changes.models(change.model)
      break
    case 'runs':
      changes.runs(change.run)
      break
    case 'saved':
      changes.saved(new Date(change.at))
      break
    case 'save-failed':
      changes.saveFailed(change)
      break
  }
}
