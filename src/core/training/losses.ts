import {
  add,
  addScalar,
  div,
  expand,
  greater,
  less,
  longMean,
  longSum,
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
  /** [batch, masks, height, width], unbounded */
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

/**
 * Binary cross-entropy with logits, element by element: log(1 + exp(x)) - x t.
 *
 * @param x - [batch, masks, pixels]
 * @param target - [batch, 1, pixels]
 */
function crossEntropy(g: OpBuilder, x: Value, target: Value): Value {
  return sub(g, softplus(g, x), mul(g, x, target))
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

function diceSums(g: OpBuilder, probability: Value, target: Value): DiceSums {
  const [batch, masks] = probability.shape as [number, number]
  const targets = longSum(g, square(g, target)) // [batch, 1, 1]
  return {
    product: longSum(g, mul(g, probability, target)), // [batch, masks, 1]
    squares: longSum(g, square(g, probability)),
    targets: expand(g, targets, [batch, masks, 1]),
  }
}

const overMasks = (g: OpBuilder, { product, squares, targets }: DiceSums): DiceSums => ({
  product: reduceSum(g, product, [1]),
  squares: reduceSum(g, squares, [1]),
  targets: reduceSum(g, targets, [1]),
})

interface Overlap {
  readonly intersection: Value
  readonly union: Value
}

/** Of the thresholded masks; the threshold lets no gradient through. */
function overlap(g: OpBuilder, probability: Value, target: Value): Overlap {
  const predicted = greater(g, probability, scalar(g, 0.5))
  const intersection = longSum(g, mul(g, predicted, target)) // [batch, masks, 1]
  const union = sub(
    g,
    add(g, longSum(g, predicted), longSum(g, target)), // [batch, 1, 1] stretches
    intersection,
  )
  return { intersection, union }
}

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
  const [batch, masks, height, width] = inputs.logits.shape as [number, number, number, number]
  const logits = reshape(g, inputs.logits, [batch, masks, height * width])
  const target = reshape(g, inputs.target, [batch, 1, height * width])
  const probability = sigmoid(g, logits)
  const entropy = longMean(g, crossEntropy(g, logits, target)) // [batch, masks, 1]
  const sums = diceSums(g, probability, target)
  const parts = segmentationLoss(g, sums, entropy, { bestOnly: inputs.bestOnly, options })
  const { loss: iou, joint } = iouLoss(g, inputs, overlap(g, probability, target), options.iouTarget)
  const terms = { dice: meanAll(g, parts.dice), crossEntropy: meanAll(g, parts.crossEntropy), iou }
  const weighted = lossTerms.map(term => mulScalar(g, terms[term], options.weights[term]))
  return { total: weighted.reduce((sum, term) => add(g, sum, term)), terms, jointIou: joint }
}
