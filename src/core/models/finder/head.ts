import { add, conv, gelu, longMean, reshape, transpose } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { FinderConfig } from './config'
import { mapSide } from './config'

const epsilon = 1e-6

/**
 * Where the objects are: each cell's features and its neighbours', beside the mean over the slice, which says whether
 * the slice is of the right kind at all.
 *
 * @param embedding - [batch, channels, side, side]
 * @returns logits [batch, classes, side * upscale, side * upscale]
 */
export function finderHead(g: OpBuilder, config: FinderConfig, embedding: Value, weight: WeightOf): Value {
  const { channels, side, hidden } = config
  const batch = embedding.shape[0] as number
  const cells = transpose(g, reshape(g, embedding, [batch, channels, side * side]), [0, 2, 1]) // [batch, cells, channels]
  const features = linear(g, layerNorm(g, cells, epsilon, weight, 'norm'), hidden, weight, 'input')
  const local = transpose(g, gelu(g, features), [0, 2, 1]) // [batch, hidden, cells]
  const mean = reshape(g, longMean(g, local), [batch, hidden])
  const context = reshape(g, linear(g, mean, hidden, weight, 'context'), [batch, hidden, 1, 1])
  const kernel = weight('mix.weight', [hidden, hidden, 3, 3])
  const mixed = conv(g, reshape(g, local, [batch, hidden, side, side]), kernel, {
    bias: weight('mix.bias', [hidden]),
  })
  return maps(g, config, gelu(g, add(g, mixed, context)), weight)
}

/** Each cell's logits for its children, put in their places: [batch, hidden, side, side] to [batch, classes, S, S]. */
function maps(g: OpBuilder, config: FinderConfig, x: Value, weight: WeightOf): Value {
  const { side, hidden, upscale, classes } = config
  const batch = x.shape[0] as number
  const outputs = classes * upscale * upscale
  const children = conv(g, x, weight('output.weight', [outputs, hidden, 1, 1]), {
    bias: weight('output.bias', [outputs]),
  })
  const split = reshape(g, children, [batch, classes, upscale, upscale, side, side])
  return reshape(g, transpose(g, split, [0, 1, 4, 2, 5, 3]), [
    batch,
    classes,
    mapSide(config),
    mapSide(config),
  ])
}
