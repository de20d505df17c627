import { add, conv, gelu, reshape, transpose } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { EncoderStage, MedSamLiteConfig } from './config'
import { convNorm } from './conv-norm'
import { downsample, invertedBottleneck } from './conv-stage'
import type { Trace } from './trace'
import { epsilon, fromWindows, toWindows, windowAttention } from './window-attention'

/** Of the neck's channel norms. */
const neckEpsilon = 1e-6

/** [1, channels, height, width] as rows of tokens, [height * width, channels] */
function toTokens(g: OpBuilder, x: Value): Value {
  const [, channels, height, width] = x.shape as [number, number, number, number]
  return transpose(g, reshape(g, x, [channels, height * width]), [1, 0])
}

/** [side ** 2, channels] as [1, channels, side, side] */
function toPicture(g: OpBuilder, x: Value): Value {
  const [tokens, channels] = x.shape as [number, number]
  const side = Math.sqrt(tokens)
  return reshape(g, transpose(g, x, [1, 0]), [1, channels, side, side])
}

/**
 * A transformer block of TinyViT: attention in windows, a depthwise convolution across their borders, an MLP.
 *
 * @param x - [side ** 2, dim]
 * @see Wu et al. 2022, "TinyViT", fig. 2
 */
export function transformerBlock(
  g: OpBuilder,
  x: Value,
  { heads, window, mlpDim }: EncoderStage,
  weight: WeightOf,
  prefix: string,
): Value {
  const [tokens, dim] = x.shape as [number, number]
  const side = Math.sqrt(tokens)
  const windows = toWindows(g, reshape(g, x, [side, side, dim]), window)
  const attended = windowAttention(g, windows, { heads, window }, weight, `${prefix}.attn`)
  const rows = reshape(g, fromWindows(g, attended, window, [side, side]), [tokens, dim])
  const options = { out: dim, kernel: 3, depthwise: true } as const
  const picture = toPicture(g, add(g, x, rows))
  const mixed = toTokens(g, convNorm(g, picture, options, weight, `${prefix}.local_conv`)) // [tokens, dim]
  const normal = layerNorm(g, mixed, epsilon, weight, `${prefix}.mlp.norm`)
  const hidden = gelu(g, linear(g, normal, mlpDim, weight, `${prefix}.mlp.fc1`))
  return add(g, mixed, linear(g, hidden, dim, weight, `${prefix}.mlp.fc2`)) // [tokens, dim]
}

/** Two 1x1 convolutions: unlike TinyViT's, LiteMedSAM's stem keeps every pixel. [1, 3, R, R] to [1, dim, R, R] */
function stem(g: OpBuilder, config: MedSamLiteConfig, image: Value, weight: WeightOf): Value {
  const [inner, out] = config.stemDims
  const first = gelu(g, convNorm(g, image, { out: inner, kernel: 1 }, weight, 'patch_embed.seq.0'))
  return convNorm(g, first, { out, kernel: 1 }, weight, 'patch_embed.seq.2')
}

/** 1x1 convolution, channel norm, 3x3 convolution, channel norm: [tokens, dim] to [1, decoderDim, side, side]. */
function neck(
  g: OpBuilder,
  x: Value,
  dim: number,
  { weight, trace }: { readonly weight: WeightOf; readonly trace: Trace },
): Value {
  const narrow = conv(g, toPicture(g, x), weight('neck.0.weight', [dim, x.shape[1] as number, 1, 1]))
  trace('enc.neck0', () => narrow)
  const norm1 = toPicture(g, layerNorm(g, toTokens(g, narrow), neckEpsilon, weight, 'neck.1'))
  trace('enc.neck1', () => norm1)
  const mixed = conv(g, norm1, weight('neck.2.weight', [dim, dim, 3, 3]))
  trace('enc.neck2', () => mixed)
  const norm2 = toPicture(g, layerNorm(g, toTokens(g, mixed), neckEpsilon, weight, 'neck.3'))
  trace('enc.neck3', () => norm2)
  return norm2
}

/**
 * TinyViT: a stage of inverted bottlenecks, stages of transformer blocks, the neck.
 *
 * @param image - [1, 3, resolution, resolution], preprocessed
 * @returns the embedding, [1, decoderDim, side, side]
 */
export function imageEncoder(
  g: OpBuilder,
  config: MedSamLiteConfig,
  image: Value,
  weight: WeightOf,
  trace: Trace = () => undefined,
): Value {
  let picture = stem(g, config, image, weight)
  trace('enc.patch_embed', () => picture)
  config.stages.forEach((stage, index) => {
    const layer = `layers.${index}`
    const seen = (name: string, value: Value): Value => {
      const [tokens = 1, dim = 1] = value.shape
      trace(name, () => (value.shape.length === 2 ? reshape(g, value, [1, tokens, dim]) : value))
      return value
    }
    // The first stage works on pictures, the others on rows of tokens
    let x = index === 0 ? picture : toTokens(g, picture)
    for (let depth = 0; depth < stage.depth; depth++) {
      const prefix = `${layer}.blocks.${depth}`
      x =
        index === 0 ? invertedBottleneck(g, x, weight, prefix) : transformerBlock(g, x, stage, weight, prefix)
      seen(`enc.layer${index}.block${depth}`, x)
    }
    picture = index === 0 ? x : toPicture(g, x)
    if (stage.out !== null) {
      picture = downsample(g, picture, { ...stage, out: stage.out }, weight, `${layer}.downsample`)
    }
    seen(`enc.layer${index}`, toTokens(g, picture))
  })
  const embedding = neck(g, toTokens(g, picture), config.decoderDim, { weight, trace })
  trace('enc.embedding', () => embedding)
  return embedding
}
