import type { Project, ProjectId } from '../../shared/domain/project'
import type { ProjectStore } from '../database/project-store'
import type { ProjectChanges } from './project-changes'

/** A project that this process has open. */
export interface ProjectSession {
  readonly id: ProjectId
  /** Absolute */
  readonly folder: string
  readonly mode: Project['mode']
  readonly store: ProjectStore
  readonly changes: ProjectChanges
  describe(): Promise<Project>
  /** @throws AppError READ_ONLY_PROJECT */
  assertEditable(): void
  /** Absolute path of what the database names relative to the project's folder */
  pathOf(path: string): string
}
