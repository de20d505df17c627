import { AppError } from '../../../shared/errors'
import type { Shape } from '../../tensor/shape'
import type { StateDict } from '../../tensor/state-dict'

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
}

/**
 * Reads the sizes off the weights.
 *
 * @throws AppError WRONG_CHECKPOINT when a defining tensor is missing
 */
export function configOf(weights: StateDict, file: string, options: ConfigOptions): EfficientSamConfig {
  const shapeOf = (name: string): Shape => {
    const tensor = weights.get(name)
    if (!tensor) throw new AppError('WRONG_CHECKPOINT', { file, reason: `there is no tensor ${name}` })
    return tensor.shape
  }
  const count = (pattern: RegExp): number =>
    [...weights.keys()].reduce((most, name) => Math.max(most, 1 + Number(pattern.exec(name)?.[1] ?? -1)), 0)
  const size = (name: string, axis: number): number => shapeOf(name)[axis] ?? 0
  const encoderDim = size('image_encoder.pos_embed', 2)
  return {
    resolution: options.resolution,
    encoderDim,
    encoderHeads: options.encoderHeads ?? Math.max(1, Math.round(encoderDim / 64)),
    encoderDepth: count(/^image_encoder\.blocks\.(\d+)\./),
    encoderMlpDim: size('image_encoder.blocks.0.mlp.fc1.weight', 0),
    decoderDim: size('mask_decoder.iou_token.weight', 1),
    decoderHeads: options.decoderHeads ?? 8,
    decoderDepth: count(/^mask_decoder\.transformer\.layers\.(\d+)\./),
    decoderMlpDim: size('mask_decoder.transformer.layers.0.mlp.layers.0.0.weight', 0),
    attentionDim: size('mask_decoder.transformer.final_attn_token_to_image.q_proj.weight', 0),
    upscalingDims: [
      size('mask_decoder.final_output_upscaling_layers.0.0.weight', 1),
      size('mask_decoder.final_output_upscaling_layers.1.0.weight', 1),
    ],
    maskTokens: size('mask_decoder.mask_tokens.weight', 0),
    promptTokens: options.promptTokens ?? 6,
  }
}
