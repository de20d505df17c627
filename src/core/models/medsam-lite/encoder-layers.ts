import { add, conv, gelu, reshape, transpose } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { EncoderStage, MedSamLiteConfig } from './config'
import { convNorm } from './conv-norm'
import type { Trace } from './trace'
import { epsilon, fromWindows, toWindows, windowAttention } from './window-attention'

/** Of the neck's channel norms. */
const neckEpsilon = 1e-6

/** [1, channels, height, width] as rows of tokens, [height * width, channels] */
export function toTokens(g: OpBuilder, x: Value): Value {
  const [, channels, height, width] = x.shape as [number, number, number, number]
  return transpose(g, reshape(g, x, [channels, height * width]), [1, 0])
}

/** [side ** 2, channels] as [1, channels, side, side] */
export function toPicture(g: OpBuilder, x: Value): Value {
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
export function stem(
  g: OpBuilder,
  [inner, out]: MedSamLiteConfig['stemDims'],
  image: Value,
  weight: WeightOf,
  prefix: string,
): Value {
  const first = gelu(g, convNorm(g, image, { out: inner, kernel: 1 }, weight, `${prefix}.seq.0`))
  return convNorm(g, first, { out, kernel: 1 }, weight, `${prefix}.seq.2`)
}

/** 1x1 convolution, channel norm, 3x3 convolution, channel norm: [tokens, dim] to [1, decoderDim, side, side]. */
export function neck(
  g: OpBuilder,
  x: Value,
  { dim, prefix, trace }: { readonly dim: number; readonly prefix: string; readonly trace: Trace },
  weight: WeightOf,
): Value {
  const seen = (step: number, value: Value): Value => {
    trace(`enc.neck${step}`, () => value)
    return value
  }
  const norm = (picture: Value, step: number): Value =>
    toPicture(g, layerNorm(g, toTokens(g, picture), neckEpsilon, weight, `${prefix}.${step}`))
  const kernel = weight(`${prefix}.0.weight`, [dim, x.shape[1] as number, 1, 1])
  const narrow = seen(0, conv(g, toPicture(g, x), kernel))
  const mixed = seen(2, conv(g, seen(1, norm(narrow, 1)), weight(`${prefix}.2.weight`, [dim, dim, 3, 3])))
  return seen(3, norm(mixed, 3))
}
