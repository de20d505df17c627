import { interpolationMatrix } from '../../imaging/interpolation'
import { add, concat, gelu, matmul, reshape, slice, transpose } from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'
import { inRowTiles, tileRows } from '../../graph/row-tiles'
import { layerNorm } from '../../nn/layer-norm'
import type { WeightOf } from '../../nn/linear'
import { linear } from '../../nn/linear'
import type { EfficientSamConfig } from './config'
import { gridSide, patchSize, positionTableSide } from './config'
import type { Trace } from './trace'

/** LayerNorm and the channel norms of the neck; the decoder has 1e-5. */
const epsilon = 1e-6

/**
 * The position table, bicubic from 14 x 14 to the grid of this resolution; its class entry is dropped.
 *
 * @returns [side, side, dim]
 */
export function positionCode(g: OpBuilder, config: EfficientSamConfig, weight: WeightOf): Value {
  const side = gridSide(config)
  const from = positionTableSide
  const dim = config.encoderDim
  const table = weight('pos_embed', [1, 1 + from * from, dim])
  const grid = reshape(g, slice(g, table, 1, 1, 1 + from * from), [from, from * dim])
  if (side === from) return reshape(g, grid, [side, side, dim])
  const matrix = g.constant([side, from], interpolationMatrix('bicubic', from, side))
  const rows = reshape(g, matmul(g, matrix, grid), [side, from, dim])
  return matmul(g, matrix, rows) // [side, side, dim]
}

/**
 * Patches to tokens: the 16 x 16 convolution of stride 16 as a reshape and a product, then the position code.
 *
 * @param image - [1, 3, resolution, resolution], preprocessed
 * @returns [tokens, dim]
 */
export function stem(
  g: OpBuilder,
  config: EfficientSamConfig,
  image: Value,
  weight: WeightOf,
  trace: Trace = () => undefined,
): Value {
  const side = gridSide(config)
  const dim = config.encoderDim
  const split = reshape(g, image, [3, side, patchSize, side, patchSize])
  const patches = transpose(g, split, [1, 3, 0, 2, 4]) // [side, side, 3, 16, 16]
  const flat = reshape(g, patches, [side * side, 3 * patchSize * patchSize])
  const kernel = (name: string, shape: readonly number[]): Value => {
    if (!name.endsWith('.weight')) return weight(name, shape)
    return reshape(g, weight(name, [dim, 3, patchSize, patchSize]), shape)
  }
  const embedded = linear(g, flat, dim, kernel, 'patch_embed.proj') // [tokens, dim]
  trace('enc.patch_embed', () => reshape(g, transpose(g, embedded, [1, 0]), [1, dim, side, side]))
  const position = positionCode(g, config, weight)
  trace('enc.pos_embed_resized', () => reshape(g, position, [1, side, side, dim]))
  return add(g, embedded, reshape(g, position, [side * side, dim]))
}

/** What a backward pass wants kept of a block: its input and this. */
export interface BlockValues {
  readonly output: Value
  /** What each head attends to, before the output projection: [tokens, headDim] each */
  readonly heads: readonly Value[]
}

export interface BlockOptions {
  readonly trace?: Trace
  /** Rows at most of the tiles in which everything but attention is computed; null: all rows at once */
  readonly rows?: number | null
}

/** Rows of an attention tile: at 4096 tokens its scores take 8 MB, which stays near the processor. */
const mostAttentionRows = 512

/** q, k and v of each head, q of all heads first: [tokens, headDim] each. */
function projections(
  g: OpBuilder,
  config: EfficientSamConfig,
  x: Value,
  weight: WeightOf,
  trace: Trace,
): readonly Value[] {
  const { encoderHeads: heads, encoderDim: dim } = config
  const headDim = dim / heads
  const norm1 = layerNorm(g, x, epsilon, weight, 'norm1')
  trace('norm1', () => norm1)
  const qkv = linear(g, norm1, 3 * dim, weight, 'attn.qkv') // [tokens, 3 * dim]
  trace('attn.qkv', () => qkv)
  return Array.from({ length: 3 * heads }, (_, part) =>
    slice(g, qkv, 1, part * headDim, (part + 1) * headDim),
  )
}

/** What follows attention: its output projection and the MLP, each with a residual sum. */
function afterAttention(
  g: OpBuilder,
  config: EfficientSamConfig,
  [x, ...heads]: readonly Value[],
  weight: WeightOf,
  trace: Trace,
): Value {
  const dim = config.encoderDim
  const projected = linear(g, concat(g, heads, 1), dim, weight, 'attn.proj') // [tokens, dim]
  trace('attn', () => projected)
  const middle = add(g, x as Value, projected)
  const norm2 = layerNorm(g, middle, epsilon, weight, 'norm2')
  trace('norm2', () => norm2)
  const hidden = linear(g, norm2, config.encoderMlpDim, weight, 'mlp.fc1')
  trace('mlp.fc1', () => hidden)
  const active = gelu(g, hidden)
  trace('mlp.act', () => active)
  const mlp = linear(g, active, dim, weight, 'mlp.fc2')
  trace('mlp', () => mlp)
  return add(g, middle, mlp)
}

/**
 * One transformer block of the encoder, pre-norm, with global attention over all tokens.
 *
 * @param x - [tokens, dim]
 * @see Dosovitskiy et al. 2021, "An Image is Worth 16x16 Words", eq. 2-3
 */
export function block(
  g: OpBuilder,
  config: EfficientSamConfig,
  x: Value,
  weight: WeightOf,
  { trace = () => undefined, rows = null }: BlockOptions = {},
): BlockValues {
  const heads = config.encoderHeads
  const parts = inRowTiles(g, [x], rows, (tile, [own], whole) =>
    projections(tile, config, own as Value, (name, shape) => whole(weight(name, shape)), trace),
  )
  const attributes = {
    scale: 1 / Math.sqrt(config.encoderDim / heads),
    tile: tileRows(x.shape[0] as number, mostAttentionRows),
  }
  const attended = Array.from({ length: heads }, (_, head) =>
    g.op(
      'TiledAttention',
      [head, heads + head, 2 * heads + head].map(part => parts[part] as Value),
      attributes,
    ),
  )
  const [output] = inRowTiles(g, [x, ...attended], rows, (tile, own, whole) => [
    afterAttention(tile, config, own, (name, shape) => whole(weight(name, shape)), trace),
  ])
  return { output: output as Value, heads: attended }
}

export interface NeckValues {
  /** [1, decoderDim, side, side] */
  readonly embedding: Value
  /** What the 3x3 convolution gives; a backward pass that has it need not convolve again */
  readonly mixed: Value
}

/**
 * 1x1 convolution, channel norm, 3x3 convolution, channel norm.
 *
 * @param x - [tokens, dim]
 */
export function neckValues(
  g: OpBuilder,
  config: EfficientSamConfig,
  x: Value,
  weight: WeightOf,
  trace: Trace = () => undefined,
): NeckValues {
  const side = gridSide(config)
  const { encoderDim, decoderDim: dim } = config
  const image = (rows: Value): Value => reshape(g, transpose(g, rows, [1, 0]), [1, dim, side, side])
  const kernel = reshape(g, weight('neck.0.weight', [dim, encoderDim, 1, 1]), [dim, encoderDim])
  const narrow = g.op('Gemm', [x, kernel], { transA: false, transB: true, alpha: 1 }) // [tokens, dim]
  trace('enc.neck0', () => image(narrow))
  const norm1 = layerNorm(g, narrow, epsilon, weight, 'neck.1')
  trace('enc.neck1', () => image(norm1))
  const mixed = g.op('Conv', [image(norm1), weight('neck.2.weight', [dim, dim, 3, 3])])
  trace('enc.neck2', () => mixed)
  const rows = transpose(g, reshape(g, mixed, [dim, side * side]), [1, 0])
  const embedding = image(layerNorm(g, rows, epsilon, weight, 'neck.3'))
  trace('enc.neck3', () => embedding)
  return { embedding, mixed }
}

/** The embedding alone. */
export const neck = (...given: Parameters<typeof neckValues>): Value => neckValues(...given).embedding
