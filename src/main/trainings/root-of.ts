import type { ProjectSession } from '../projects/project-session'

/** What a model goes back to: one that was tuned nowhere in this project. */
export function rootOf({ store }: ProjectSession, id: string): string {
  // A database may come from anybody: versions that say they were tuned from each other have no root.
  const seen = new Set<string>()
  let root = id
  for (let version = store.versions.get(root); version !== null && !seen.has(root);) {
    seen.add(root)
    root = version.base
    version = store.versions.get(root)
  }
  return root
}
