import type { TrainingSplit } from '../../shared/domain/training-split'
import type { Engine } from '../../core/engine'
import type { Model } from '../../core/models/families'
import type { Finder } from '../../core/models/finder/finder'
import type { Segmenter } from '../../core/models/segmenter'
import type { Rank } from '../../core/training/rank'
import type { TrainableOptions } from '../../core/training/trainable-model'

/** One execution provider of the runtime, tried on its own. */
export interface ProviderProbe {
  readonly provider: string
  readonly works: boolean
  /** Why it does not work, in the runtime's words */
  readonly reason: string | null
}

export interface OpenedSegmenter {
  readonly segmenter: Segmenter
  /** On the segmenter's engine; null where none came with the model */
  readonly finder: Finder | null
  /** What the user should know of how the model was opened */
  readonly notes: readonly string[]
  /** Of the data that the model was tuned on; null for one that was not tuned here */
  readonly split: TrainingSplit | null
}

export interface RankPlan {
  /** Its weights lie in shared memory */
  readonly model: Model
  readonly options: Omit<TrainableOptions, 'gradients'>
  readonly count: number
  /** Of each one's engine */
  readonly threads: number
}

/** A rank in a thread of its own. */
export interface StartedRank extends Rank {
  /** Lets the thread end by itself, when it has answered what it was asked. */
  dispose(): Promise<void>
}

/**
 * The only way from a job to a native runtime. The worker passes the real one, so that jobs import no engine
 * and tests may run them on an engine of their own.
 */
export interface EngineAccess {
  /** Name and version of the runtime, for reports */
  readonly runtime: string
  probeProviders(): Promise<readonly ProviderProbe[]>
  /** A new engine with the job's threads; the caller disposes of it. */
  openEngine(): Engine
  /** Threads that share the weights of a model in training; the caller disposes of each. */
  startRanks(plan: RankPlan): readonly StartedRank[]
  /** @param model - an ID or a file */
  openSegmenter(model: string): Promise<OpenedSegmenter>
}
