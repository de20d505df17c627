import { add, addScalar, conv, div, mul, neg, reshape, sqrt } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import type { WeightOf } from '../../nn/linear'

const epsilon = 1e-5

interface ConvNormOptions {
  /** Channels out */
  readonly out: number
  readonly kernel: 1 | 3
  readonly stride?: number
  /** One kernel a channel */
  readonly depthwise?: boolean
}

/**
 * Convolution without bias, then batch norm by its running statistics, as one convolution: the norm's scale goes into
 * the kernel and its shift into a bias. Gradients of kernel, scale and shift come out of that product; the statistics
 * are buffers and stay as they are, in training too (the goldens have them fixed: batches are too small to renew them).
 *
 *   scale = gamma / sqrt(variance + 1e-5),  kernel' = kernel scale,  bias' = beta - mean scale
 *
 * @param x - [batch, channels, height, width]
 * @returns [batch, out, height / stride, width / stride]
 * @see Ioffe & Szegedy 2015, "Batch Normalization", algorithm 2
 */
export function convNorm(
  g: OpBuilder,
  x: Value,
  { out, kernel, stride = 1, depthwise = false }: ConvNormOptions,
  weight: WeightOf,
  prefix: string,
): Value {
  const channels = x.shape[1] as number
  const statistics = (name: string): Value => weight(`${prefix}.bn.${name}`, [out])
  const scale = div(g, statistics('weight'), sqrt(g, addScalar(g, statistics('running_var'), epsilon)))
  const bias = add(g, statistics('bias'), neg(g, mul(g, statistics('running_mean'), scale)))
  const plain = weight(`${prefix}.c.weight`, [out, depthwise ? 1 : channels, kernel, kernel])
  const scaled = mul(g, plain, reshape(g, scale, [out, 1, 1, 1]))
  return conv(g, x, scaled, { bias, stride, groups: depthwise ? out : 1 })
}
