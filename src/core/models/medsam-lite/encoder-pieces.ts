import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'
import type { Shape } from '../../tensor/shape'
import type { MedSamLiteConfig } from './config'
import { downsample, invertedBottleneck } from './conv-stage'
import { neck, stem, toPicture, toTokens, transformerBlock } from './encoder-layers'
import type { Trace } from './trace'

/**
 * A part of the encoder that runs after the one before. Parts between which only places in the state dict differ have
 * one `kind`, and share a compiled graph where the encoder runs part by part.
 */
export interface EncoderPiece {
  readonly kind: string
  /** Of its weights, within the encoder */
  readonly prefix: string
  /** As the goldens call what it gives; the last one traces its own steps */
  readonly stage: string | null
  readonly inputShape: Shape
  readonly build: (g: OpBuilder, x: Value, weight: WeightOf, prefix: string, trace: Trace) => Value
}

/** The encoder from the picture to the embedding. Pictures are [1, dim, side, side], tokens [side ** 2, dim]. */
export function encoderPieces(config: MedSamLiteConfig): EncoderPiece[] {
  const { resolution, stemDims, stages, decoderDim } = config
  const pieces: EncoderPiece[] = [
    {
      kind: 'stem',
      prefix: 'patch_embed',
      stage: 'enc.patch_embed',
      inputShape: [1, 3, resolution, resolution],
      build: (g, x, weight, prefix) => stem(g, stemDims, x, weight, prefix),
    },
  ]
  let side = resolution
  stages.forEach((stage, index) => {
    const { dim, depth, out, stride } = stage
    const inputShape = index === 0 ? [1, dim, side, side] : [side * side, dim]
    for (let block = 0; block < depth; block++) {
      pieces.push({
        kind: `block${index}`,
        prefix: `layers.${index}.blocks.${block}`,
        stage: `enc.layer${index}.block${block}`,
        inputShape,
        build: (g, x, weight, prefix) =>
          index === 0
            ? invertedBottleneck(g, x, weight, prefix)
            : transformerBlock(g, x, stage, weight, prefix),
      })
    }
    if (out === null) return
    pieces.push({
      kind: `downsample${index}`,
      prefix: `layers.${index}.downsample`,
      stage: `enc.layer${index}`,
      inputShape,
      build(g, x, weight, prefix) {
        const picture = index === 0 ? x : toPicture(g, x)
        return toTokens(g, downsample(g, picture, { out, stride }, weight, prefix))
      },
    })
    side /= stride
  })
  pieces.push({
    kind: 'neck',
    prefix: 'neck',
    stage: null,
    inputShape: [side * side, stages.at(-1)?.dim ?? 0],
    build: (g, x, weight, prefix, trace) => neck(g, x, { dim: decoderDim, prefix, trace }, weight),
  })
  return pieces
}
