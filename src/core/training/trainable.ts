import type { Prompt } from '../../shared/domain/prompt'
import type { Float32Tensor } from '../engine'
import type { SliceGeometry } from '../imaging/geometry'
import type { PromptTokens } from '../models/prompt-tokens'
import type { DecodedMasks } from '../models/segmenter'
import type { LossTerm } from './losses'
import { lossTerms } from './losses'
import type { Parameters } from './parameters'

/** One prompted object of one slice, as the loss takes it. */
export interface PromptedTarget {
  readonly prompt: PromptTokens
  /** 0 or 1, [maskSide, maskSide] */
  readonly target: Uint8Array
  /** Train only the best of the masks */
  readonly bestOnly: boolean
}

export interface TrainingSample extends PromptedTarget {
  /** What goes into the first step that is trained: see `Trainable.freeze` */
  readonly input: Float32Tensor
}

export interface JudgedSample extends PromptedTarget {
  /** [1, channels, side, side] */
  readonly embedding: Float32Tensor
}

/** Means over the batch: of the whole loss and of each of its terms. */
export type StepLosses = Readonly<Record<'total' | LossTerm, number>>

export function lossesOf(value: (name: 'total' | LossTerm) => number): StepLosses {
  const names = ['total', ...lossTerms] as const
  // The keys are those of the type, which fromEntries cannot say.
  return Object.fromEntries(names.map(name => [name, value(name)])) as StepLosses
}

export interface Judgement {
  readonly losses: StepLosses
  /** What the decoder gave for each sample, a batch of one each */
  readonly answers: readonly DecodedMasks[]
}

/** A model whose weights can be moved: what the trainer needs to know of it. */
export interface Trainable {
  readonly parameters: Parameters
  /** Gradients of the mean loss of the last batch given to `computeGradients` */
  readonly gradients: Parameters
  /** Names of the weights that are trained, in the optimiser's order */
  readonly trainedNames: readonly string[]
  /** How much of the encoder never changes: nothing, so that every step sees the image; a part; or all of it */
  readonly frozen: 'nothing' | 'part' | 'encoder'
  /** A prompt in the model's tokens; no click of it is dropped. */
  tokensOf(prompt: Prompt, geometry: SliceGeometry): PromptTokens
  /** The frozen part of the encoder: its result never changes, and is the `input` of samples of this image. */
  freeze(image: Float32Tensor): Promise<Float32Tensor>
  /** The rest of the encoder, with the weights as they are: the embedding of an `input`. */
  embed(input: Float32Tensor): Promise<Float32Tensor>
  computeGradients(batch: readonly TrainingSample[]): Promise<StepLosses>
  /** The loss without gradients, with the masks that it is the loss of */
  judge(samples: readonly JudgedSample[]): Promise<Judgement>
}
