/** What AdamW keeps between steps; flat, in the order of the parameters. */
export interface AdamWState {
  /** Steps done */
  step: number
  readonly firstMoment: Float32Array
  readonly secondMoment: Float32Array
}

export interface AdamWOptions {
  readonly learningRate: number
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
}

/** Stretches of the flat array that are trained; the rest is frozen and not touched, not even by decay. */
export interface ParameterRange {
  readonly start: number
  readonly end: number
}

export function adamWState(size: number): AdamWState {
  return { step: 0, firstMoment: new Float32Array(size), secondMoment: new Float32Array(size) }
}

/**
 * One step of AdamW, in place. Decay applies to every trained parameter, norms and biases too, as in the original
 * recipe.
 *
 * @see Loshchilov & Hutter 2019, "Decoupled Weight Decay Regularization"; operation order as in PyTorch's kernel
 */
export function adamWStep(
  weights: Float32Array,
  gradients: Float32Array,
  state: AdamWState,
  options: AdamWOptions,
  ranges: readonly ParameterRange[],
): void {
  const { learningRate, beta1, beta2, epsilon, weightDecay } = options
  state.step++
  const { firstMoment, secondMoment, step } = state
  const decay = 1 - learningRate * weightDecay
  const stepSize = learningRate / (1 - beta1 ** step)
  const inverseCorrection = 1 / Math.sqrt(1 - beta2 ** step)
  const [rest1, rest2] = [1 - beta1, 1 - beta2]
  for (const { start, end } of ranges) {
    // all four arrays have one length, and ranges lie within it
    for (let i = start; i < end; i++) {
      const gradient = gradients[i]!
      const first = firstMoment[i]! + (gradient - firstMoment[i]!) * rest1
      const second = beta2 * secondMoment[i]! + rest2 * gradient * gradient
      firstMoment[i] = first
      secondMoment[i] = second
      weights[i] =
        weights[i]! * decay - (stepSize * first) / (Math.sqrt(second) * inverseCorrection + epsilon)
    }
  }
}

/** Sum of squares over the ranges; not finite where any element is not, or where it overflows. */
export function squaredNorm(values: Float32Array, ranges: readonly ParameterRange[]): number {
  let sum = 0
  // ranges lie within the array
  for (const { start, end } of ranges) for (let i = start; i < end; i++) sum += values[i]! * values[i]!
  return sum
}
