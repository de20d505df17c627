import type { CandidateMask } from '../../shared/contract/segment'
import type { Prompt } from '../../shared/domain/prompt'
import type { ModelFolders } from '../files/model-folders'
import type { FoundMask, FoundOnSlice, ModelName, SliceSource } from '../inference/inference'
import type { WireError } from './wire-error'

export interface InferenceWorkerData {
  readonly folders: ModelFolders
  readonly cacheFolder: string
  /** Of embeddings on disk */
  readonly cacheLimitBytes: number
  /** Of embeddings in memory */
  readonly memoryBytes: number
  /** Threads that the engine may use */
  readonly threads: number
}

interface OnSlice {
  readonly model: ModelName
  readonly source: SliceSource
}

type NoInput = Readonly<Record<string, never>>

/** What each kind of request takes. */
export interface InferenceInputs {
  encode: OnSlice
  isEncoded: OnSlice
  known: { readonly model: ModelName; readonly sources: readonly SliceSource[] }
  segment: OnSlice & { readonly prompt: Prompt }
  find: OnSlice & { readonly neighbours: readonly FoundMask[] }
  describe: { readonly model: ModelName }
  measure: { readonly model: ModelName }
  cacheBytes: NoInput
  clearCache: NoInput
  setCacheLimit: { readonly bytes: number }
}

/** And what it is answered with. */
export interface InferenceAnswers {
  encode: null
  isEncoded: boolean
  known: readonly boolean[]
  segment: readonly CandidateMask[]
  find: FoundOnSlice
  describe: { readonly offersClicks: boolean; readonly hasFinder: boolean }
  measure: { readonly secondsPerSlice: number; readonly millisecondsPerMask: number }
  cacheBytes: number
  clearCache: null
  setCacheLimit: null
}

export type InferenceKind = keyof InferenceInputs
export type InferenceRequest = {
  [K in InferenceKind]: { readonly kind: K; readonly input: InferenceInputs[K] }
}[InferenceKind]
export type InferenceAnswer = InferenceAnswers[InferenceKind]

/** `end` lets the thread go when all before it is answered. */
export type ToInference =
  { readonly id: number; readonly request: InferenceRequest } | { readonly kind: 'end' }

export type FromInference =
  | { readonly id: number; readonly kind: 'answer'; readonly answer: InferenceAnswer }
  | { readonly id: number; readonly kind: 'failed'; readonly error: WireError }
