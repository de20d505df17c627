import { AppError } from '../../../shared/errors'
import type { Shape } from '../../tensor/shape'
import { sameShape } from '../../tensor/shape'
import type { StateDict } from '../../tensor/state-dict'

/** Sizes of the finder: all but `side` can be read off its weights. */
export interface FinderConfig {
  /** Channels of the embedding: 256 in both model families */
  readonly channels: number
  /** Cells along one side of the embedding */
  readonly side: number
  readonly hidden: number
  /** Each cell that the head works on becomes this many along each side, so that boxes do not depend on the patch size */
  readonly upscale: number
  /** Maps, one a class of objects */
  readonly classes: number
}

/** Beside the model's own weights, in the same flat array (and never inside `model` of a checkpoint). */
export const finderPrefix = 'slicetune.finder.'

/** Dilations of the 3 x 3 convolutions that look around, on a grid of about `contextSide` cells a side. */
export const reaches = [2, 4] as const
const contextSide = 16

/** Finer embeddings are averaged down to at most about so many cells a side: the head is then fast on any. */
const mostHeadSide = 32

/** The divisor of `side` by which it comes nearest to `wanted` cells. */
function poolingTo(side: number, wanted: number): number {
  const divisors = Array.from({ length: side }, (_, index) => index + 1).filter(part => side % part === 0)
  const isBetter = (a: number, b: number): boolean =>
    Math.abs(side / a - wanted) < Math.abs(side / b - wanted)
  return divisors.reduce((best, part) => (isBetter(part, best) ? part : best), 1)
}

/** Cells of the embedding along each side that are one cell of the head. */
export const headPooling = (side: number): number =>
  side <= mostHeadSide ? 1 : poolingTo(side, mostHeadSide)

/** Cells of the head along each side that are one cell of its coarser grid. */
export const contextPooling = (headSide: number): number => poolingTo(headSide, contextSide)

/** Cells along one side of a map. */
export const mapSide = ({ side, upscale }: Pick<FinderConfig, 'side' | 'upscale'>): number =>
  (side / headPooling(side)) * upscale

/** Maps have about this many cells a side: finer ones gained nothing, coarser ones lost small objects. */
const wantedMapSide = 64

/** @param embedding - shape of an embedding, [1, channels, side, side] */
export function finderConfig(embedding: Shape, classes: number): FinderConfig {
  const [, channels = 0, side = 0] = embedding
  const upscale = Math.min(4, Math.max(1, Math.round((wantedMapSide * headPooling(side)) / side)))
  return { channels, side, hidden: 32, upscale, classes }
}

/** Every weight's name, without the prefix, and shape. */
export function finderShapes({ channels, hidden, upscale, classes }: FinderConfig): Map<string, Shape> {
  return new Map<string, Shape>([
    ['norm.weight', [channels]],
    ['norm.bias', [channels]],
    ['input.weight', [hidden, channels]],
    ['input.bias', [hidden]],
    ['context.weight', [hidden, hidden]],
    ['context.bias', [hidden]],
    ['mix.weight', [hidden, hidden, 3, 3]],
    ['mix.bias', [hidden]],
    ...reaches.flatMap((_, index): [string, Shape][] => [
      [`reach.${index}.weight`, [hidden, hidden, 3, 3]],
      [`reach.${index}.bias`, [hidden]],
    ]),
    ['output.weight', [classes * upscale * upscale, hidden, 1, 1]],
    ['output.bias', [classes * upscale * upscale]],
  ])
}

/** The finder's weights among others. */
export const isFinderWeight = (name: string): boolean => name.startsWith(finderPrefix)

/**
 * Reads the sizes off the weights.
 *
 * @param weights - with the finder's names, others are ignored
 * @param embedding - shape of the embeddings that it will see
 * @param file - for messages
 * @throws AppError WRONG_CHECKPOINT when a tensor is missing or does not fit the others, the classes or the embedding
 */
export function finderConfigOf(
  weights: StateDict,
  {
    embedding,
    classes,
    file,
  }: { readonly embedding: Shape; readonly classes: number; readonly file: string },
): FinderConfig {
  const config = sizesOf(weights, embedding, classes)
  for (const [name, shape] of finderShapes(config)) {
    const given = weights.get(finderPrefix + name)?.shape
    if (given && sameShape(given, shape) && !shape.includes(0)) continue
    const found = given ? `is [${given.join(', ')}] where [${shape.join(', ')}] is needed` : 'is missing'
    throw new AppError('WRONG_CHECKPOINT', { file, reason: `${finderPrefix}${name} ${found}` })
  }
  return config
}

function sizesOf(weights: StateDict, embedding: Shape, classes: number): FinderConfig {
  const rows = (name: string): number => weights.get(finderPrefix + name)?.shape[0] ?? 0
  const [, channels = 0, side = 0] = embedding
  const upscale = Math.round(Math.sqrt(rows('output.weight') / classes))
  return { channels, side, hidden: rows('input.weight'), upscale, classes }
}
