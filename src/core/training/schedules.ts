export interface PlateauOptions {
  /** The learning rate is multiplied by this */
  readonly factor: number
  /** Epochs without improvement that are tolerated */
  readonly patience: number
  /** Epochs after a reduction during which nothing is counted */
  readonly cooldown: number
  readonly minLearningRate: number
  readonly mode: 'min' | 'max'
  /** An improvement is smaller than best * (1 - threshold), or than best - threshold with `abs` */
  readonly threshold: number
  readonly thresholdMode: 'rel' | 'abs'
  /** Smaller changes of the learning rate are not made */
  readonly epsilon: number
}

export interface PlateauState {
  readonly learningRate: number
  readonly best: number
  readonly badEpochs: number
  readonly cooldownLeft: number
}

/** Defaults of the original script (factor 0.9, patience 5) and of PyTorch (the rest). */
export const plateauDefaults: PlateauOptions = {
  factor: 0.9,
  patience: 5,
  cooldown: 0,
  minLearningRate: 0,
  mode: 'min',
  threshold: 1e-4,
  thresholdMode: 'rel',
  epsilon: 1e-8,
}

export function plateauStart(learningRate: number, options: PlateauOptions = plateauDefaults): PlateauState {
  return { learningRate, best: options.mode === 'min' ? Infinity : -Infinity, badEpochs: 0, cooldownLeft: 0 }
}

function isBetter(value: number, best: number, { mode, threshold, thresholdMode }: PlateauOptions): boolean {
  const margin = thresholdMode === 'rel' ? threshold : 0
  if (mode === 'min') return thresholdMode === 'rel' ? value < best * (1 - margin) : value < best - threshold
  return thresholdMode === 'rel' ? value > best * (1 + margin) : value > best + threshold
}

/**
 * Lowers the learning rate when a figure has stopped improving; called once an epoch.
 *
 * @see torch.optim.lr_scheduler.ReduceLROnPlateau, whose sequences are the goldens
 */
export function plateauStep(
  state: PlateauState,
  value: number,
  options: PlateauOptions = plateauDefaults,
): PlateauState {
  const better = isBetter(value, state.best, options)
  const best = better ? value : state.best
  let badEpochs = better ? 0 : state.badEpochs + 1
  let cooldownLeft = state.cooldownLeft
  if (cooldownLeft > 0) {
    cooldownLeft--
    badEpochs = 0
  }
  if (badEpochs <= options.patience) return { ...state, best, badEpochs, cooldownLeft }
  const lowered = Math.max(state.learningRate * options.factor, options.minLearningRate)
  const learningRate = state.learningRate - lowered > options.epsilon ? lowered : state.learningRate
  return { learningRate, best, badEpochs: 0, cooldownLeft: options.cooldown }
}
