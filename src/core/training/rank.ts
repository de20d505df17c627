import type { Float32Tensor } from '../engine'
import type { Parameters } from './parameters'
import type { StepLosses, TrainingSample } from './trainable'

/** The batch that a rank's samples are a part of. */
export interface WholeBatch {
  readonly samples: number
  /** [samples, 1], in the batch's order; null where the loss of a sample looks at no other one */
  readonly jointIous: Float32Tensor | null
}

/** One of those who share the batches of a training: it works on the common weights and never moves them. */
export interface Rank {
  /** What its last samples add to the gradients of the batch: there once `computeGradients` is done */
  readonly gradients: Parameters
  /** @returns what its samples add to the mean losses of the batch */
  computeGradients(samples: readonly TrainingSample[], whole: WholeBatch): Promise<StepLosses>
  /** Joint IoU of each sample with the weights as they are, [samples, 1] */
  jointIous(samples: readonly TrainingSample[]): Promise<Float32Tensor>
}
