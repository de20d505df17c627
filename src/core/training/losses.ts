import {
  add,
  addScalar,
  div,
  expand,
  greater,
  less,
  meanAll,
  mul,
  mulScalar,
  reduceMean,
  reduceMin,
  reduceSum,
  reshape,
  scalar,
  sigmoid,
  softplus,
  square,
  sub,
} from '../graph/functions'
import type { OpBuilder, Value } from '../graph/op'
import { inRowTiles } from '../graph/row-tiles'
import { rowsFirst } from '../nn/resized-rows'
import { invariant } from '../../shared/errors'

/** Added to both terms of the Dice fraction, so that two empty masks lose nothing (MONAI's default). */
const diceSmoothing = 1e-5

/** What the predicted IoU of a mask is compared with. */
export type IouTarget =
  /** the IoU of that mask */
  | 'per-mask'
  /** the IoU of the sample's masks taken together */
  | 'per-sample'
  /** as in the original script: every sample is compared with the joint IoU of every sample of the batch */
  | 'seed'

/** What the loss is the weighted sum of; each is a scalar of its own in graphs, logs and goldens. */
export const lossTerms = ['dice', 'crossEntropy', 'iou'] as const
export type LossTerm = (typeof lossTerms)[number]

export interface LossOptions {
  readonly iouTarget: IouTarget
  readonly weights: Readonly<Record<LossTerm, number>>
}

export interface LossInputs {
  /** [height, batch, masks, width], unbounded: rows first, as `resizedRows` and `rowsFirst` give them */
  readonly logits: Value
  /** [batch, masks] */
  readonly predictedIou: Value
  /** [batch, 1, height, width], 0 or 1 */
  readonly target: Value
  /** [batch, 1], 1 where only the best of the masks is trained, 0 where all are */
  readonly bestOnly: Value | null
  /** [whole batch, 1], for `seed` when the batch is taken in parts: the joint IoU of every sample of it */
  readonly batchIou: Value | null
}

export interface LossValues {
  /** The weighted sum of the terms, a scalar like each of them */
  readonly total: Value
  readonly terms: Readonly<Record<LossTerm, Value>>
  /** Joint IoU of each sample, [batch, 1]: no gradient */
  readonly jointIou: Value
}

/** Sums over pixels, [batch, masks, 1] each; those of the target alone [batch, 1, 1]. */
interface PixelSums {
  readonly dice: DiceSums
  /** Binary cross-entropy with logits: log(1 + exp(x)) - x t */
  readonly entropy: Value
  readonly overlap: Overlap
}

/** Values of a map in a tile of rows at most: eight maps of that size fit the caches of a core or two. */
const mostTileValues = 2 ** 17

/**
 * Everything that the loss wants to know of the pixels, in tiles of rows: no map but the logits and their gradient is
 * ever whole. Sums go along rows, then over rows, for one float32 sum of a million terms loses two digits.
 *
 * @param logits - [height, batch, masks, width]
 * @param target - [height, batch, 1, width]
 */
function pixelSums(g: OpBuilder, logits: Value, target: Value): PixelSums {
  const [, batch, masks, width] = logits.shape as [number, number, number, number]
  const most = Math.max(1, Math.floor(mostTileValues / (batch * masks * width)))
  const sums = inRowTiles(g, [logits, target], most, (tile, [x, t]) => {
    invariant(x && t, 'logits and target')
    const probability = sigmoid(tile, x)
    // the threshold lets no gradient through
    const predicted = greater(tile, probability, scalar(tile, 0.5))
    return [
      mul(tile, probability, t),
      square(tile, probability),
      square(tile, t),
      sub(tile, softplus(tile, x), mul(tile, x, t)),
      mul(tile, predicted, t),
      predicted,
      t,
    ].map(map => reduceSum(tile, map, [3])) // [rows, batch, masks or 1, 1]
  })
  const over = (index: number, channels: number): Value => {
    const perRow = sums[index]
    invariant(perRow, 'a sum for every map')
    return reshape(g, reduceSum(g, perRow, [0]), [batch, channels, 1])
  }
  const intersection = over(4, masks)
  return {
    dice: {
      product: over(0, masks),
      squares: over(1, masks),
      targets: expand(g, over(2, 1), [batch, masks, 1]),
    },
    entropy: over(3, masks),
    overlap: { intersection, union: sub(g, add(g, over(5, masks), over(6, 1)), intersection) },
  }
}

/**
 * Soft Dice loss with squared denominator, per sample, over the masks on axis 1 together.
 *
 * @param sums - products and squares already summed over pixels, [batch, masks, 1] each
 * @returns [batch, 1, 1] in [0, 1]
 * @see Milletari et al. 2016, "V-Net", eq. 3
 */
function diceLoss(g: OpBuilder, sums: DiceSums): Value {
  const numerator = addScalar(g, mulScalar(g, sums.product, 2), diceSmoothing)
  const denominator = addScalar(g, add(g, sums.squares, sums.targets), diceSmoothing)
  return sub(g, scalar(g, 1), div(g, numerator, denominator))
}

interface DiceSums {
  readonly product: Value
  readonly squares: Value
  readonly targets: Value
}

/** Of the thresholded masks, [batch, masks, 1]. */
interface Overlap {
  readonly intersection: Value
  readonly union: Value
}

const overMasks = (g: OpBuilder, { product, squares, targets }: DiceSums): DiceSums => ({
  product: reduceSum(g, product, [1]),
  squares: reduceSum(g, squares, [1]),
  targets: reduceSum(g, targets, [1]),
})

/** Intersection over union; two empty masks agree: 1. With `literal`, 0 / 0 as the original script has it. */
function ratio(g: OpBuilder, { intersection, union }: Overlap, literal: boolean): Value {
  if (literal) return div(g, intersection, union)
  const empty = less(g, union, scalar(g, 0.5))
  return div(g, add(g, intersection, empty), add(g, union, empty))
}

function iouLoss(
  g: OpBuilder,
  inputs: LossInputs,
  each: Overlap,
  iouTarget: IouTarget,
): { loss: Value; joint: Value } {
  const [batch, masks] = inputs.predictedIou.shape as [number, number]
  const together = {
    intersection: reduceSum(g, each.intersection, [1]),
    union: reduceSum(g, each.union, [1]),
  }
  const joint = reshape(g, ratio(g, together, iouTarget === 'seed'), [batch, 1])
  if (iouTarget === 'per-mask') {
    const target = reshape(g, ratio(g, each, false), [batch, masks])
    return { loss: meanAll(g, square(g, sub(g, inputs.predictedIou, target))), joint }
  }
  if (iouTarget === 'per-sample') {
    return { loss: meanAll(g, square(g, sub(g, inputs.predictedIou, joint))), joint }
  }
  const all = inputs.batchIou ?? joint
  const predicted = reshape(g, inputs.predictedIou, [batch, 1, masks])
  const targets = reshape(g, all, [1, all.shape[0] as number, 1])
  return { loss: meanAll(g, square(g, sub(g, predicted, targets))), joint } // [batch, whole batch, masks]
}

/** Dice and cross-entropy of each sample, [batch, 1]: over all masks, or of the best one where asked. */
function segmentationLoss(
  g: OpBuilder,
  sums: DiceSums,
  entropy: Value,
  { bestOnly, options }: { readonly bestOnly: Value | null; readonly options: LossOptions },
): { dice: Value; crossEntropy: Value } {
  const [batch, masks] = entropy.shape as [number, number]
  const flat = (value: Value): Value => reshape(g, value, [batch, 1])
  const all = { dice: flat(diceLoss(g, overMasks(g, sums))), crossEntropy: flat(reduceMean(g, entropy, [1])) }
  if (!bestOnly) return all
  const each = {
    dice: reshape(g, diceLoss(g, sums), [batch, masks]),
    crossEntropy: reshape(g, entropy, [batch, masks]),
  }
  const loss = add(
    g,
    mulScalar(g, each.dice, options.weights.dice),
    mulScalar(g, each.crossEntropy, options.weights.crossEntropy),
  )
  // 1 where a mask is the best (shared if several are): a comparison lets no gradient through
  const isBest = sub(g, scalar(g, 1), greater(g, loss, reduceMin(g, loss, [1])))
  const share = div(g, isBest, reduceSum(g, isBest, [1]))
  const mix = (name: 'dice' | 'crossEntropy'): Value =>
    add(
      g,
      mul(g, bestOnly, reduceSum(g, mul(g, share, each[name]), [1])),
      mul(g, sub(g, scalar(g, 1), bestOnly), all[name]),
    )
  return { dice: mix('dice'), crossEntropy: mix('crossEntropy') }
}

/**
 * The loss of the method: Dice + binary cross-entropy + squared error of the predicted IoU, weighted.
 *
 * @see Ma et al. 2024, "Segment anything in medical images" (the MedSAM-Lite training script)
 */
export function maskLoss(g: OpBuilder, inputs: LossInputs, options: LossOptions): LossValues {
  const [height, , , width] = inputs.logits.shape as [number, number, number, number]
  const sums = pixelSums(g, inputs.logits, rowsFirst(g, inputs.target))
  const entropy = mulScalar(g, sums.entropy, 1 / (height * width)) // [batch, masks, 1]
  const parts = segmentationLoss(g, sums.dice, entropy, { bestOnly: inputs.bestOnly, options })
  const { loss: iou, joint } = iouLoss(g, inputs, sums.overlap, options.iouTarget)
  const terms = { dice: meanAll(g, parts.dice), crossEntropy: meanAll(g, parts.crossEntropy), iou }
  const weighted = lossTerms.map(term => mulScalar(g, terms[term], options.weights[term]))
  return { total: weighted.reduce((sum, term) => add(g, sum, term)), terms, jointIou: joint }
}
