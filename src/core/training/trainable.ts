import type { Float32Tensor } from '../engine'
import type { DecodedMasks } from '../models/segmenter'
import type { PromptTokens } from '../models/prompt-tokens'
import type { LossTerm } from './losses'
import { lossTerms } from './losses'
import type { Parameters } from './parameters'

/** One prompted object of one slice, ready for the model. */
export interface TrainingSample {
  /** The preprocessed slice [1, 3, resolution, resolution], or the frozen encoder's embedding of it */
  readonly input: { readonly image: Float32Tensor } | { readonly embedding: Float32Tensor }
  readonly prompt: PromptTokens
  /** 0 or 1, [maskSide, maskSide] */
  readonly target: Uint8Array
  /** Train only the best of the three masks */
  readonly bestOnly: boolean
}

/** Means over the batch: of the whole loss and of each of its terms. */
export type StepLosses = Readonly<Record<'total' | LossTerm, number>>

export function lossesOf(value: (name: 'total' | LossTerm) => number): StepLosses {
  const names = ['total', ...lossTerms] as const
  // The keys are those of the type, which fromEntries cannot say.
  return Object.fromEntries(names.map(name => [name, value(name)])) as StepLosses
}

export interface Judgement extends DecodedMasks {
  readonly losses: StepLosses
}

/** A model whose weights can be moved: what the trainer needs to know of a model family. */
export interface Trainable {
  readonly parameters: Parameters
  /** Gradients of the mean loss of the last batch given to `computeGradients` */
  readonly gradients: Parameters
  /** Names of the weights that are trained, in the optimiser's order */
  readonly trainedNames: readonly string[]
  computeGradients(batch: readonly TrainingSample[]): Promise<StepLosses>
  /** The loss without gradients, with the masks that it is the loss of; the samples need not be of one batch */
  judge(batch: readonly TrainingSample[]): Promise<Judgement>
}
