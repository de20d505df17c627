import {
  add,
  addScalar,
  div,
  longSum,
  meanAll,
  mul,
  mulScalar,
  reshape,
  scalar,
  sigmoid,
  softplus,
  square,
  sub,
  transpose,
} from '../../graph/functions'
import type { OpBuilder, Value } from '../../graph/op'

/** Cells added to both terms of the Dice fraction: a class without cells in the batch then loses next to nothing. */
const diceSmoothing = 1

export interface FinderLossInputs {
  /** [batch, classes, side, side], unbounded */
  readonly logits: Value
  /** Same shape, in [0, 1]: the part of the cell that the objects cover */
  readonly target: Value
  /** Same shape, in [0, 1]: 0 where nothing is known (padding, a class nobody looked for) */
  readonly weight: Value
}

/**
 * Cross-entropy with soft targets plus soft Dice, each class over the batch as a whole, mean over the classes. Dice
 * over the batch and not the slice: in a slice with nothing to find it has no meaning, the cross-entropy is the teacher
 * there.
 *
 *   ce = sum w (log(1 + e^x) - x t) / sum w,  dice = 1 - (2 sum w p t + 1) / (sum w p^2 + sum w t^2 + 1)
 *
 * @returns a scalar
 */
export function finderLoss(g: OpBuilder, { logits, target, weight }: FinderLossInputs): Value {
  const [batch, classes, height, width] = logits.shape as [number, number, number, number]
  const total = (x: Value): Value =>
    longSum(g, reshape(g, transpose(g, x, [1, 0, 2, 3]), [classes, batch * height * width])) // [classes, 1]
  const entropy = sub(g, softplus(g, logits), mul(g, logits, target))
  // A class of unknown cells only has weight 0 above and below.
  const ce = div(g, total(mul(g, weight, entropy)), addScalar(g, total(weight), 1e-6))
  const probability = sigmoid(g, logits)
  const product = total(mul(g, weight, mul(g, probability, target)))
  const squares = total(mul(g, weight, add(g, square(g, probability), square(g, target))))
  const overlap = div(
    g,
    addScalar(g, mulScalar(g, product, 2), diceSmoothing),
    addScalar(g, squares, diceSmoothing),
  )
  return meanAll(g, add(g, ce, sub(g, scalar(g, 1), overlap)))
}
