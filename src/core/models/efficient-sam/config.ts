import { AppError } from '../../../shared/errors'
import type { StateDict } from '../../tensor/state-dict'
import { sizesOf } from './shapes'

/** What the shapes of the weights do not already say is a constant of the architecture. */
export interface EfficientSamConfig {
  /** Side of the square input, pixels */
  readonly resolution: number
  readonly encoderDim: number
  readonly encoderHeads: number
  readonly encoderDepth: number
  readonly encoderMlpDim: number
  /** Channels of the embedding, and width of the decoder */
  readonly decoderDim: number
  readonly decoderHeads: number
  readonly decoderDepth: number
  readonly decoderMlpDim: number
  readonly attentionDim: number
  readonly upscalingDims: readonly [number, number]
  readonly maskTokens: number
  readonly promptTokens: number
  /** Whether a vector for negative clicks stands beside the official weights */
  readonly negativeClicks: boolean
}

export const patchSize = 16
/** Side of the position table that the encoder was pretrained with (224 / 16). */
export const positionTableSide = 14

/** Tokens along one side of the square. */
export const gridSide = (config: EfficientSamConfig): number => config.resolution / patchSize

interface ConfigOptions {
  readonly resolution: number
  readonly promptTokens?: number
  /** The weights do not tell how many heads share the width; the official models have 64 channels a head. */
  readonly encoderHeads?: number
  readonly decoderHeads?: number
  readonly negativeClicks?: boolean
}

/**
 * Reads the sizes off the weights.
 *
 * @throws AppError WRONG_CHECKPOINT when a defining tensor is missing, or heads cannot share the channels evenly
 */
export function configOf(weights: StateDict, file: string, options: ConfigOptions): EfficientSamConfig {
  const wrong = (reason: string): AppError => new AppError('WRONG_CHECKPOINT', { file, reason })
  const sizes = sizesOf(weights)
  if (typeof sizes === 'string') throw wrong(sizes)
  const { encoderDim, decoderDim, attentionDim } = sizes
  const encoderHeads = options.encoderHeads ?? Math.max(1, Math.round(encoderDim / 64))
  const decoderHeads = options.decoderHeads ?? 8
  const share = (what: string, channels: number, heads: number): void => {
    if (heads >= 1 && Number.isInteger(heads) && channels % heads === 0) return
    throw wrong(`${what} is ${channels} channels wide, which ${heads} heads cannot share`)
  }
  share('the encoder', encoderDim, encoderHeads)
  share('the decoder', decoderDim, decoderHeads)
  share("the decoder's attention", attentionDim, decoderHeads)
  return {
    resolution: options.resolution,
    encoderDim,
    encoderHeads,
    encoderDepth: sizes.depth,
    encoderMlpDim: sizes.mlpDim,
    decoderDim,
    decoderHeads,
    decoderDepth: sizes.decoderDepth,
    decoderMlpDim: sizes.decoderMlpDim,
    attentionDim,
    upscalingDims: sizes.upscalingDims,
    maskTokens: sizes.maskTokens,
    promptTokens: options.promptTokens ?? 6,
    negativeClicks: options.negativeClicks ?? false,
  }
}
