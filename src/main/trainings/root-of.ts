import type { ProjectSession } from '../projects/project-session'

/** What a model goes back to: one that was tuned nowhere in this project. */
export function rootOf(session: ProjectSession, id: string): string {
  const version = session.store.versions.get(id)
  return version === null ? id : rootOf(session, version.base)
}
