import {
  add,
  conv,
  expand,
  gelu,
  longMean,
  mul,
  reduceMean,
  reshape,
  slice,
  transpose,
} from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { FinderConfig } from './config'
import { contextPooling, headPooling, mapSide, reaches } from './config'

const epsilon = 1e-6

/** Places of the head where channels can be left out in training. */
export const dropPlaces = 2 + reaches.length

interface HeadInputs {
  /** [batch, channels, side, side] */
  readonly embedding: Value
  /** [dropPlaces, batch, hidden, 1, 1], factors of the channels, whose mean is 1; null: none is left out */
  readonly keep: Value | null
}

/**
 * Where the objects are: each cell's features and its neighbours', the mean over the slice, which says whether the
 * slice is of the right kind at all, and a look around on a coarser grid, so that the parts of a large object agree.
 *
 * @returns logits [batch, classes, side * upscale, side * upscale]
 */
export function finderHead(
  g: OpBuilder,
  config: FinderConfig,
  { embedding, keep }: HeadInputs,
  weight: WeightOf,
): Value {
  const { hidden } = config
  const [batch, channels] = embedding.shape as [number, number]
  const kept = (x: Value, place: number): Value =>
    keep ? mul(g, x, reshape(g, slice(g, keep, 0, place, place + 1), [batch, hidden, 1, 1])) : x
  const pooled = averaged(g, embedding, headPooling(config.side)) // [batch, channels, side, side], the head's side
  const side = pooled.shape[2] as number
  const cells = transpose(g, reshape(g, pooled, [batch, channels, side * side]), [0, 2, 1]) // [batch, cells, channels]
  const features = linear(g, layerNorm(g, cells, epsilon, weight, 'norm'), hidden, weight, 'input')
  const planes = reshape(g, transpose(g, gelu(g, features), [0, 2, 1]), [batch, hidden, side, side])
  const local = kept(planes, 0)
  const mean = longMean(g, reshape(g, local, [batch, hidden, side * side])) // [batch, hidden, 1]
  const whole = linear(g, reshape(g, mean, [batch, hidden]), hidden, weight, 'context')
  const near = add(g, convolved(g, local, 1, weight, 'mix'), reshape(g, whole, [batch, hidden, 1, 1]))
  const mixed = kept(gelu(g, near), 1) // [batch, hidden, side, side]
  return maps(g, config, lookAround(g, mixed, weight, kept), weight)
}

function convolved(g: OpBuilder, x: Value, dilation: number, weight: WeightOf, prefix: string): Value {
  const hidden = x.shape[1] as number
  const kernel = weight(`${prefix}.weight`, [hidden, hidden, 3, 3])
  return conv(g, x, kernel, { bias: weight(`${prefix}.bias`, [hidden]), dilation })
}

/** Adds to each cell what ever wider convolutions see from its place on a coarser grid. */
function lookAround(
  g: OpBuilder,
  x: Value,
  weight: WeightOf,
  kept: (x: Value, place: number) => Value,
): Value {
  const [batch, hidden, side] = x.shape as [number, number, number]
  const part = contextPooling(side)
  const coarse = side / part
  const start = averaged(g, x, part)
  const found: Value[] = []
  reaches.forEach((dilation, index) => {
    const from = found.reduce((sum, one) => add(g, sum, one), start)
    found.push(kept(gelu(g, convolved(g, from, dilation, weight, `reach.${index}`)), 2 + index))
  })
  const seen = found.reduce((sum, one) => add(g, sum, one))
  const children = reshape(g, seen, [batch, hidden, coarse, 1, coarse, 1])
  const spread = expand(g, children, [batch, hidden, coarse, part, coarse, part])
  return add(g, x, reshape(g, spread, [batch, hidden, side, side]))
}

/** Means over squares of part x part cells: [batch, channels, side, side] to [batch, channels, side / part, side / part]. */
function averaged(g: OpBuilder, x: Value, part: number): Value {
  if (part === 1) return x
  const [batch, channels, side] = x.shape as [number, number, number]
  const coarse = side / part
  const blocks = reshape(g, x, [batch, channels, coarse, part, coarse, part])
  return reshape(g, reduceMean(g, blocks, [3, 5]), [batch, channels, coarse, coarse])
}

/** Each cell's logits for its children, put in their places: [batch, hidden, side, side] to [batch, classes, S, S]. */
function maps(g: OpBuilder, config: FinderConfig, x: Value, weight: WeightOf): Value {
  const { upscale, classes } = config
  const [batch, hidden, side] = x.shape as [number, number, number]
  const outputs = classes * upscale * upscale
  const children = conv(g, x, weight('output.weight', [outputs, hidden, 1, 1]), {
    bias: weight('output.bias', [outputs]),
  })
  const split = reshape(g, children, [batch, classes, upscale, upscale, side, side])
  const placed = transpose(g, split, [0, 1, 4, 2, 5, 3]) // [batch, classes, side, upscale, side, upscale]
  return reshape(g, placed, [batch, classes, mapSide(config), mapSide(config)])
}
