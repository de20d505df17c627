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

/** Of all positions and channels of a batch entry, [batch, 1, 1] each. */
export interface GroupStatistics {
  readonly mean: Value
  readonly deviation: Value
}

/** @param x - [batch, positions, channels] */
export function groupStatistics(g: OpBuilder, x: Value, epsilon: number): GroupStatistics {
  const [batch, positions, channels] = x.shape as [number, number, number]
  const rows = reshape(g, x, [batch, positions * channels])
  const mean = longMean(g, rows) // [batch, 1]
  const variance = longMean(g, square(g, sub(g, rows, mean)))
  const deviation = sqrt(g, addScalar(g, variance, epsilon))
  return { mean: reshape(g, mean, [batch, 1, 1]), deviation: reshape(g, deviation, [batch, 1, 1]) }
}

/**
 * Group normalisation with one group, channels last: by statistics over everything but the batch, scale and shift per
 * channel.
 *
 * @param x - [batch, positions, channels], some or all positions
 * @see Wu & He 2018, "Group Normalization"
 */
export function groupNorm1(
  g: OpBuilder,
  x: Value,
  { mean, deviation }: GroupStatistics,
  weight: WeightOf,
  prefix: string,
): Value {
  const channels = x.shape.at(-1) as number
  const normal = div(g, sub(g, x, mean), deviation)
  const scaled = mul(g, normal, weight(`${prefix}.weight`, [channels]))
  return add(g, scaled, weight(`${prefix}.bias`, [channels])) // [batch, positions, channels]
}
