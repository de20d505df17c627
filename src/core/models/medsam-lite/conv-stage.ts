import { add, gelu } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'
import type { EncoderStage } from './config'
import { convNorm } from './conv-norm'

/** How much wider the inside of an inverted bottleneck is. */
export const expansion = 4

/**
 * Inverted bottleneck: widen, mix each channel with its neighbours, narrow, and add the input before the last GELU.
 *
 * @param x - [1, dim, height, width]
 * @see Sandler et al. 2018, "MobileNetV2"
 */
export function invertedBottleneck(g: OpBuilder, x: Value, weight: WeightOf, prefix: string): Value {
  const dim = x.shape[1] as number
  const out = dim * expansion
  const wide = gelu(g, convNorm(g, x, { out, kernel: 1 }, weight, `${prefix}.conv1`))
  const mixed = gelu(g, convNorm(g, wide, { out, kernel: 3, depthwise: true }, weight, `${prefix}.conv2`))
  const narrow = convNorm(g, mixed, { out: dim, kernel: 1 }, weight, `${prefix}.conv3`)
  return gelu(g, add(g, narrow, x)) // [1, dim, height, width]
}

/**
 * Between two stages: more channels, and with a stride of 2 a quarter of the positions.
 *
 * @param x - [1, dim, height, width]
 * @returns [1, out, height / stride, width / stride]
 */
export function downsample(
  g: OpBuilder,
  x: Value,
  { out, stride }: { readonly out: number; readonly stride: EncoderStage['stride'] },
  weight: WeightOf,
  prefix: string,
): Value {
  const wide = gelu(g, convNorm(g, x, { out, kernel: 1 }, weight, `${prefix}.conv1`))
  const options = { out, kernel: 3, depthwise: true, stride } as const
  const mixed = gelu(g, convNorm(g, wide, options, weight, `${prefix}.conv2`))
  return convNorm(g, mixed, { out, kernel: 1 }, weight, `${prefix}.conv3`)
}
