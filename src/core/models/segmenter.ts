import type { Preprocessing } from '../../shared/domain/preprocessing'
import type { Prompt } from '../../shared/domain/prompt'
import type { SliceGeometry } from '../imaging/geometry'
import type { Tensor } from '../tensor/tensor'

/** What the image encoder makes of one slice: reused for every prompt on it. */
export interface Embedding {
  readonly geometry: SliceGeometry
  /** [1, 256, h, w] */
  readonly features: Tensor<'float32'>
}

/** What the decoder makes of a batch of prompts. */
export interface DecodedMasks {
  /** [prompts, 3, 4 * side, 4 * side] logits */
  readonly lowRes: Tensor<'float32'>
  /** [prompts, 3] */
  readonly predictedIou: Tensor<'float32'>
}

/** One of the three masks that the decoder offers. */
export interface Candidate {
  /** [m, m] logits on the model's square, unbounded */
  readonly lowRes: Tensor<'float32'>
  readonly predictedIou: number
}

/** The answer to a prompt: the candidate with the highest predicted IoU, logits >= 0, at the slice's size. */
export interface Proposal {
  /** 0 or 1, [height, width] of the slice */
  readonly mask: Tensor<'uint8'>
  readonly predictedIou: number
  /** Best first */
  readonly candidates: readonly Candidate[]
}

/** A promptable model, ready to answer. Every door and every job goes through it. */
export interface Segmenter {
  readonly preprocessing: Preprocessing
  /** Whether clicks may be part of a prompt; boxes always may */
  readonly offersClicks: boolean
  /** @param image - [height, width] or [height, width, 1 | 3 | 4], any number type, as decoded from the file */
  embed(image: Tensor): Promise<Embedding>
  /** @param prompt - in pixel indices of the slice */
  segment(embedding: Embedding, prompt: Prompt): Promise<Proposal>
  dispose(): Promise<void>
}
