import type { SliceAxis } from '../datasets'
import type { CandidateMask } from '../../shared/contract/segment'
import type { RunLengths } from '../../shared/masks/rle'
import type { Box, Prompt } from '../../shared/domain/prompt'
import type { WindowLevel } from '../../shared/domain/window-level'

/** Where a slice's pixels lie, and how the model is to see them. The key of its embedding is made of this and the model's weights. */
export interface SliceSource {
  /** Absolute */
  readonly imageFile: string
  readonly sliceIndex: number | null
  readonly axis: SliceAxis | null
  /** null: as the model's own preprocessing has it */
  readonly window: WindowLevel | null
}

/** An ID of the manifest, of an imported model, or a checkpoint file. */
export type ModelName = string

export interface FoundMask {
  /** Label value of the training masks; null: one of many alike objects */
  readonly label: number | null
  readonly box: Box
  readonly runs: RunLengths
  readonly areaPx: number
  readonly predictedIou: number
  /** How much of the mask stays when the threshold is moved up and down, in [0, 1]; null for an empty mask */
  readonly stability: number | null
  readonly fromNeighbour: boolean
}

export interface FoundOnSlice {
  readonly objects: readonly FoundMask[]
  readonly probablyEmpty: boolean
}

export interface CallOptions {
  readonly signal?: AbortSignal | undefined
  /** `now`: before all background work; `later`: behind everything a person waits for. Default `now` */
  readonly urgency?: 'now' | 'later'
}

/** The warm model in its worker thread; calls are taken one after the other, urgent ones first. */
export interface Inference {
  /** Encodes a slice unless its embedding is there already, in memory or on disk. */
  encode(model: ModelName, source: SliceSource, options?: CallOptions): Promise<void>
  isEncoded(model: ModelName, source: SliceSource): Promise<boolean>
  /** Which are encoded for certain, without reading a slice: true for what this computer has encoded and still keeps */
  known(model: ModelName, sources: readonly SliceSource[]): Promise<readonly boolean[]>
  /**
   * Masks for a prompt, best first; encodes the slice where that is needed.
   *
   * @throws AppError PROMPT_NOT_OFFERED, and what opening the model and reading the slice can meet
   */
  segment(
    model: ModelName,
    source: SliceSource,
    prompt: Prompt,
    options?: CallOptions,
  ): Promise<readonly CandidateMask[]>
  /**
   * What the model's finder sees on a slice. @throws AppError NO_FINDER
   *
   * @param neighbours - objects of the slice before, in a volume
   */
  find(
    model: ModelName,
    source: SliceSource,
    neighbours: readonly FoundMask[],
    options?: CallOptions,
  ): Promise<FoundOnSlice>
  /** What a model offers, without running it. */
  describe(model: ModelName): Promise<{ readonly offersClicks: boolean; readonly hasFinder: boolean }>
  /** Encodes and decodes one picture of its own, uncached. */
  measure(
    model: ModelName,
  ): Promise<{ readonly secondsPerSlice: number; readonly millisecondsPerMask: number }>
  /** Bytes of all embeddings on disk */
  cacheBytes(): Promise<number>
  clearCache(): Promise<void>
  setCacheLimit(bytes: number): void
  /** Lets the thread end by itself, after the run that it is in. */
  dispose(): Promise<void>
}
