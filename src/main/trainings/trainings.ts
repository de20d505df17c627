import type { ProjectSession } from '../projects/project-session'

/** The runs of this process; one at a time, over all projects. */
export interface Trainings {
  /** Whether a run wants the cores now: background encoding waits for it */
  readonly isActive: boolean
  onActivity(listener: (isActive: boolean) => void): void
  /** Marks runs that a killed process left as `cut-off`. */
  recover(session: ProjectSession): void
  dispose(): Promise<void>
}
