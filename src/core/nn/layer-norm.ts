import {
  add,
  longMean,
  addScalar,
  div,
  layerNormalization,
  mul,
  reshape,
  sqrt,
  square,
  sub,
} from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import type { WeightOf } from './linear'

/** Over the last axis, with learned scale and shift. */
export function layerNorm(g: OpBuilder, x: Value, epsilon: number, weight: WeightOf, prefix: string): Value {
  const channels = x.shape.at(-1) as number
  return layerNormalization(
    g,
    x,
    weight(`${prefix}.weight`, [channels]),
    weight(`${prefix}.bias`, [channels]),
    epsilon,
  )
}

/**
 * Group normalisation with one group, channels last: over everything but the batch, scale and shift per channel.
 *
 * @param x - [batch, positions, channels]
 * @see Wu & He 2018, "Group Normalization"
 */
export function groupNorm1(g: OpBuilder, x: Value, epsilon: number, weight: WeightOf, prefix: string): Value {
  const [batch, positions, channels] = x.shape as [number, number, number]
  const rows = reshape(g, x, [batch, positions * channels])
  const centred = sub(g, rows, longMean(g, rows))
  const variance = longMean(g, square(g, centred)) // [batch, 1]
  const normal = reshape(g, div(g, centred, sqrt(g, addScalar(g, variance, epsilon))), x.shape)
  const scaled = mul(g, normal, weight(`${prefix}.weight`, [channels]))
  return add(g, scaled, weight(`${prefix}.bias`, [channels])) // [batch, positions, channels]
}
