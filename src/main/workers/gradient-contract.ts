import type { Model } from '../../core/models/families'
import type { ParameterShapes } from '../../core/training/parameters'
import type { WholeBatch } from '../../core/training/rank'
import type { Float32Tensor } from '../../core/engine'
import type { StepLosses, TrainingSample } from '../../core/training/trainable'
import type { TrainableOptions } from '../../core/training/trainable-model'
import type { WireError } from './wire-error'

type WithoutWeights<M> = M extends Model ? Omit<M, 'parameters'> : never

/** What a thread needs to work on the weights of another one: no weight is copied. */
export interface GradientWorkerData {
  readonly model: WithoutWeights<Model>
  readonly shapes: ParameterShapes
  readonly weights: SharedArrayBuffer
  /** Where its part of the gradients goes; nobody else writes there */
  readonly gradients: SharedArrayBuffer
  readonly options: Omit<TrainableOptions, 'gradients'>
  readonly threads: number
}

/** Answered one by one, in their order; `end` lets the thread go when all before it is answered. */
export type RankRequest =
  | { readonly kind: 'gradients'; readonly samples: readonly TrainingSample[]; readonly whole: WholeBatch }
  | { readonly kind: 'jointIous'; readonly samples: readonly TrainingSample[] }
  | { readonly kind: 'end' }

export type RankReply =
  | { readonly kind: 'gradients'; readonly losses: StepLosses }
  | { readonly kind: 'jointIous'; readonly ious: Float32Tensor }
  | { readonly kind: 'failed'; readonly error: WireError }
