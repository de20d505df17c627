import type { Prompt } from '../../shared/domain/prompt'
import type { Float32Tensor, NamedTensors } from '../engine'
import type { Graph } from '../graph/graph'
import type { SliceGeometry } from '../imaging/geometry'
import type { PromptTokens } from '../models/prompt-tokens'
import type { GradientSink } from './gradient-sink'
import type { LossOptions } from './losses'

export interface KeptForward {
  /** [1, decoderDim, side, side] */
  readonly embedding: Float32Tensor
  /** What the backward pass needs of each step that was run */
  readonly kept: readonly NamedTensors[]
}

/** An image encoder as a chain of steps: from any of them on it can be trained, with what comes before frozen. */
export interface SteppedEncoder {
  readonly stepCount: number
  /** Full names of a step's weights that can be trained */
  weightsOf(step: number): readonly string[]
  /**
   * @param x - what goes into step `from`; into the first one the preprocessed image [1, 3, resolution, resolution]
   * @returns what goes into step `to`; behind the last one the embedding [1, decoderDim, side, side]
   */
  forward(x: Float32Tensor, from?: number, to?: number): Promise<Float32Tensor>
  /** The same to the end, keeping what `backward` needs. */
  forwardKeeping(x: Float32Tensor, from?: number): Promise<KeptForward>
  /**
   * Gives the gradients of the weights of the steps from `from` on to `sink`.
   *
   * @param gradient - of the embedding
   */
  backward(
    kept: readonly NamedTensors[],
    gradient: Float32Tensor,
    sink: GradientSink,
    from?: number,
  ): Promise<void>
}

export interface LossGraphOptions {
  /** Samples that one run takes */
  readonly samples: number
  /** One of the prompts: all of a run are of its kind */
  readonly prompt: PromptTokens
  /** Side of the target masks, pixels */
  readonly maskSide: number
  readonly loss: LossOptions
  /** Samples of the whole batch, whose joint IoUs come as the input `batchIou`; 0: the run has the whole batch */
  readonly wholeBatch: number
}

export interface TrainingGraphOptions extends LossGraphOptions {
  /** Gradients are wanted of these weights (full names) ... */
  readonly trained: (name: string) => boolean
  /** ... and of the embedding, where part of the encoder is trained too */
  readonly embeddingGradient: boolean
}

/**
 * What training needs to know of a family of models, and no more: how its encoder runs, how its prompts become tokens,
 * and the graphs of its decoder with the loss.
 */
export interface ModelFamily {
  readonly encoder: SteppedEncoder
  /** Cells of the embedding */
  readonly cells: number
  /** Whether a weight is moved by training at all: buffers are not, nor what no prompt reaches */
  isTrainable(name: string): boolean
  /** A prompt in the model's tokens; no click of it is dropped. */
  tokensOf(prompt: Prompt, geometry: SliceGeometry): PromptTokens
  /** Prompts of one kind can share a run of the decoder. */
  kindOf(prompt: PromptTokens): string
  /** `points` and `labels` of prompts of one kind */
  promptInputs(prompts: readonly PromptTokens[]): NamedTensors
  /** Output `keyPosition`: position code of the embedding's cells */
  keyPositionGraph(): Graph
  /**
   * Inputs `embedding`, `keyPosition`, those of the prompts, `target` [samples, 1, maskSide, maskSide], `bestOnly`
   * [samples, 1] (1 where only the best mask is trained) and the weights by their full names; outputs `total`, its
   * terms, `jointIou`, `lowRes` and `predictedIou`.
   */
  lossGraph(options: LossGraphOptions): Graph
  /**
   * The same inputs and `weight` [], the part of the whole batch that this is: gradients are multiplied by it, so that
   * parts add up to the gradient of the mean. Outputs the losses and the gradients; a weight on which the loss does not
   * depend has none.
   */
  trainingGraph(options: TrainingGraphOptions): Graph
}
