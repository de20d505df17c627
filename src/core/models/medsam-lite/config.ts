import { AppError } from '../../../shared/errors'
import type { StateDict } from '../../tensor/state-dict'

export interface EncoderStage {
  readonly dim: number
  readonly depth: number
  /** Of the attention; the first stage has none */
  readonly heads: number
  /** Side of an attention window, tokens */
  readonly window: number
  readonly mlpDim: number
  /** Channels after the stage; null at the last, which nothing follows */
  readonly out: number | null
  /** How the stage's end shrinks the picture */
  readonly stride: 1 | 2
}

export interface MedSamLiteConfig {
  /** Side of the square input, pixels */
  readonly resolution: number
  /** Channels of the stem's two convolutions */
  readonly stemDims: readonly [number, number]
  readonly stages: readonly EncoderStage[]
  /** Channels of the embedding, and width of the decoder */
  readonly decoderDim: number
  readonly decoderHeads: number
  readonly decoderDepth: number
  readonly decoderMlpDim: number
  readonly attentionDim: number
  readonly upscalingDims: readonly [number, number]
  readonly maskTokens: number
}

/** SAM's variant of TinyViT does not shrink the picture again before stages of these widths. */
const widthsKept: readonly number[] = [320, 448, 576]

/** The weights do not say how many heads share the decoder's width; SAM has 8. */
const samHeads = 8

/** Tokens along one side of the embedding. */
export const gridSide = ({ resolution, stages }: MedSamLiteConfig): number =>
  stages.reduce((side, { stride }) => side / stride, resolution)

/**
 * Reads the sizes off the weights.
 *
 * @throws AppError WRONG_CHECKPOINT when a tensor that tells a size is missing or has another form
 */
export function configOf(weights: StateDict, file: string, resolution: number): MedSamLiteConfig {
  const wrong = (reason: string): AppError => new AppError('WRONG_CHECKPOINT', { file, reason })
  const sizes = (name: string): readonly number[] => {
    const shape = weights.get(name)?.shape
    if (!shape) throw wrong(`${name} is missing`)
    return shape
  }
  const size = (name: string, axis: number): number => {
    const found = sizes(name)[axis]
    if (found === undefined || found < 1) throw wrong(`${name} has the wrong shape`)
    return found
  }
  const encoder = 'image_encoder.'
  const stemKernel = size(`${encoder}patch_embed.seq.0.c.weight`, 3)
  if (stemKernel !== 1) throw wrong(`its stem has kernels of ${stemKernel} pixels, LiteMedSAM's have 1`)
  const config = {
    resolution,
    stemDims: [
      size(`${encoder}patch_embed.seq.0.c.weight`, 0),
      size(`${encoder}patch_embed.seq.2.c.weight`, 0),
    ] as const,
    stages: stagesOf(weights, `${encoder}layers.`, size),
    decoderDim: size('mask_decoder.iou_token.weight', 1),
    decoderHeads: samHeads,
    decoderDepth: count(weights, layer => `mask_decoder.transformer.layers.${layer}.norm1.weight`),
    decoderMlpDim: size('mask_decoder.transformer.layers.0.mlp.lin1.weight', 0),
    attentionDim: size('mask_decoder.transformer.final_attn_token_to_image.q_proj.weight', 0),
    upscalingDims: [
      size('mask_decoder.output_upscaling.0.weight', 1),
      size('mask_decoder.output_upscaling.3.weight', 1),
    ] as const,
    maskTokens: size('mask_decoder.mask_tokens.weight', 0),
  }
  const reason = misfit(config)
  if (reason !== null) throw wrong(reason)
  return config
}

/** How many of a row of names are there. */
function count(weights: StateDict, name: (index: number) => string): number {
  let found = 0
  while (weights.has(name(found))) found++
  return found
}

function stagesOf(
  weights: StateDict,
  prefix: string,
  size: (name: string, axis: number) => number,
): EncoderStage[] {
  const depths: number[] = []
  for (;;) {
    const stage = depths.length
    const first = stage === 0 ? 'conv1.c.weight' : 'attn.qkv.weight'
    const depth = count(weights, block => `${prefix}${stage}.blocks.${block}.${first}`)
    if (depth === 0) break
    depths.push(depth)
  }
  return depths.map((depth, index) => {
    const block = `${prefix}${index}.blocks.0.`
    const next = `${prefix}${index}.downsample.conv1.c.weight`
    const out = index + 1 < depths.length ? size(next, 0) : null
    const stride = out === null || widthsKept.includes(out) ? 1 : 2
    if (index === 0) {
      return { dim: size(`${block}conv1.c.weight`, 1), depth, heads: 0, window: 0, mlpDim: 0, out, stride }
    }
    return {
      dim: size(`${block}attn.qkv.weight`, 1),
      depth,
      heads: size(`${block}attn.attention_biases`, 0),
      window: Math.sqrt(size(`${block}attn.attention_biases`, 1)),
      mlpDim: size(`${block}mlp.fc1.weight`, 0),
      out,
      stride,
    }
  })
}

/** Why the sizes do not make a model, or null. */
function misfit(config: MedSamLiteConfig): string | null {
  if (config.stages.length < 2) return 'the encoder has no transformer blocks'
  if (config.decoderDepth === 0) return 'the decoder has no layers'
  if (config.decoderDim % config.decoderHeads || config.attentionDim % config.decoderHeads)
    return `${config.decoderHeads} heads cannot share the decoder's channels`
  for (const { dim, heads, window } of config.stages.slice(1)) {
    if (!Number.isInteger(window)) return 'an attention window is not a square'
    if (dim % heads) return `${heads} heads cannot share ${dim} channels`
  }
  return Number.isInteger(gridSide(config))
    ? null
    : `its pictures cannot have ${config.resolution} pixels a side`
}
