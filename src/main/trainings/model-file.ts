import type { ProjectSession } from '../projects/project-session'

/** What a job opens: the checkpoint of a model that was tuned in the project, any other by its ID. */
export function modelFile(session: ProjectSession, id: string): string {
  const version = session.store.versions.get(id)
  return version === null ? id : session.pathOf(version.file)
}
