import type { RecipeChanges, RunEvent, TrainingPlan } from '../../shared/contract/training'
import type { RunState, TrainingRun } from '../../shared/domain/training-run'
import type { Preset } from '../../shared/domain/training-options'
import type { ProjectSession } from '../projects/project-session'

export interface RunWishes {
  readonly preset: Preset
  readonly changes: RecipeChanges
  /** null: the next free one, such as "v2" */
  readonly name: string | null
  readonly allowSharedGroup: boolean
}

export type PlanWishes = Omit<RunWishes, 'name' | 'preset'>

/** The runs of this process; one at a time, over all projects. */
export interface Trainings {
  /** Whether a run wants the cores now, or what one takes is being measured: the computer stays awake */
  readonly isActive: boolean
  /** Whether a run is at work: background encoding waits for it, but for no measurement */
  readonly isTraining: boolean
  onActivity(listener: (isActive: boolean) => void): void
  /** What a run would take, as far as that is known, and what stands in its way. */
  plan(session: ProjectSession, wishes: PlanWishes): Promise<TrainingPlan>
  /** The same, and again with each figure that becomes known: what was never measured is, until the signal. */
  watchPlan(session: ProjectSession, wishes: PlanWishes, signal?: AbortSignal): AsyncGenerator<TrainingPlan>
  /** @throws AppError RUN_ALREADY_ACTIVE, NO_USABLE_SLICES, TOO_FEW_SLICES, SINGLE_GROUP, READ_ONLY_PROJECT, DISK_FULL */
  start(session: ProjectSession, wishes: RunWishes): TrainingRun
  list(session: ProjectSession): TrainingRun[]
  /** Everything so far, then what happens, until the run ends or the signal; leaving it does not stop the run. */
  watch(session: ProjectSession, id: number, signal?: AbortSignal): AsyncGenerator<RunEvent>
  /** The state is saved; it goes on from there with `resume`. */
  pause(session: ProjectSession, id: number): RunState
  /** @throws AppError RUN_ALREADY_ACTIVE */
  resume(session: ProjectSession, id: number): RunState
  /** Ends it with the best epoch so far; one that has none yet is removed. */
  stop(session: ProjectSession, id: number): RunState
  /** With its files and its version. @throws AppError RUN_ALREADY_ACTIVE, MODEL_IN_USE */
  remove(session: ProjectSession, id: number): Promise<void>
  /** Marks runs that a killed process left as `cut-off`. */
  recover(session: ProjectSession): void
  /** Stops the run of a project that is being closed; it can be resumed. */
  leave(session: ProjectSession): Promise<void>
  dispose(): Promise<void>
}
