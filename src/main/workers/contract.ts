import type { DemoOptions, DoctorOptions } from '../../shared/commands/system'
import type { TrainOptions } from '../../shared/commands/training'
import type { EvaluateOptions } from '../../shared/domain/evaluation'
import type { JobEvent } from '../../shared/domain/events'
import type { EmbedOptions, PredictOptions } from '../../shared/domain/prediction'
import type { EngineAccess } from './engine-access'
import type { StopFlag } from './stop-flag'
import type { WireError } from './wire-error'

/** A training whose slices are shown while it runs: more than the command line asks for. */
export type TrainJob = TrainOptions & {
  /** How many held-out slices are shown after each epoch; none where it is left out */
  readonly sampleSlices?: number
}

/** What a job takes, by its name: plain paths and settings, which cross threads as they are. */
export interface OptionsOf {
  train: TrainJob
  evaluate: EvaluateOptions
  predict: PredictOptions
  embed: EmbedOptions
  doctor: DoctorOptions
  demo: DemoOptions
}

export type JobName = keyof OptionsOf
export type Job = { [N in JobName]: { readonly name: N; readonly options: OptionsOf[N] } }[JobName]

/** What a job may use besides its options. */
export interface JobContext {
  readonly stop: StopFlag
  /** Threads that the engine may use */
  readonly threads: number
  readonly engines: EngineAccess
}

/** A job is a plain async generator, so that tests run it without a worker. */
export type JobFunction<N extends JobName> = (
  options: OptionsOf[N],
  context: JobContext,
) => AsyncGenerator<JobEvent, void, undefined>

export interface EngineWorkerData {
  readonly job: Job
  readonly stop: SharedArrayBuffer
  readonly threads: number
}

export type WorkerMessage =
  | { readonly kind: 'event'; readonly event: JobEvent }
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly error: WireError }
