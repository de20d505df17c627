import type { ProjectSession } from '../projects/project-session'

/** "v1", "v2" …: the first that no run and no version of the project has. */
export function freeName({ store }: ProjectSession): string {
  const taken = new Set([...store.runs.list(), ...store.versions.list()].map(({ name }) => name))
  for (let number = 1; ; number++) if (!taken.has(`v${number}`)) return `v${number}`
}
