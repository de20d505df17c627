import type { EditAction, Project, ProjectId } from '../../shared/domain/project'
import type { SliceSummary } from '../../shared/domain/slice'
import type { ActionScope, JournalStep, ProjectStore, RecordedStep } from '../database/project-store'
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
  /**
   * One action of a person: stored together, undone together, announced to all who watch.
   *
   * @throws AppError READ_ONLY_PROJECT, DISK_FULL, NOT_SAVED, and what `work` throws; then nothing is changed
   */
  act<T>(action: EditAction, scope: ActionScope, work: (store: ProjectStore) => T): RecordedStep<T>
  /** The same for what no person did, such as background predictions: no undo takes it back. */
  write<T>(slices: readonly number[], work: (store: ProjectStore) => T): T
  /** @returns what was undone; null where there was nothing */
  undo(): JournalStep | null
  redo(): JournalStep | null
  /** Of these slices, as the lists show them */
  summaries(slices: readonly number[]): SliceSummary[]
}

export interface SessionParts {
  readonly id: ProjectId
  readonly folder: string
  readonly lookReason: Project['lookReason']
  readonly isOnShare: boolean
  readonly store: ProjectStore
}
