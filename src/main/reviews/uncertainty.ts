import type { FoundMask } from '../inference/inference'

/** What speaks for a mask, each in [0, 1]; null where it could not be told. */
export interface MaskFigures {
  readonly predictedIou: number
  /** How much stays when the threshold is moved */
  readonly stability: number | null
  /** Mean Dice with the masks that slightly other boxes give */
  readonly steadiness: number | null
  /** Dice with what the base makes of the same box */
  readonly agreement: number | null
}

/** A predicted mask with its figures. */
export interface JudgedMask extends FoundMask, MaskFigures {
  readonly stability: number | null
}

/**
 * How much each figure says. Chosen before anything was measured; `scripts/uncertainty.mjs` then found that together they
 * rank better than any of them alone (docs/quality.md).
 */
export const uncertaintyWeights = {
  predictedIou: 0.4,
  stability: 0.2,
  steadiness: 0.2,
  agreement: 0.2,
} as const

/**
 * Read off the same measurement: below `medium` 24 of 25 masks had a Dice above 0.85, from `high` on none reached 0.6. They
 * only colour the list; its order does not depend on them.
 */
export const uncertaintyLevels = { medium: 0.09, high: 0.14 } as const

export type UncertaintyLevel = 'low' | 'medium' | 'high'

/**
 * The weighted mean of what each figure lacks to 1. Figures that could not be told are left out, and the others count
 * for more.
 *
 * @returns in [0, 1]; 1 is the least certain
 */
export function uncertaintyOf(figures: MaskFigures): number {
  let [sum, weights] = [0, 0]
  for (const [name, weight] of Object.entries(uncertaintyWeights) as [keyof MaskFigures, number][]) {
    const value = figures[name]
    if (value === null) continue
    sum += weight * (1 - Math.min(1, Math.max(0, value)))
    weights += weight
  }
  return sum / weights
}

/** What is stored of a slice: the mean of each figure, and the uncertainty of its worst object. */
export interface SliceFigures {
  readonly uncertainty: number | null
  readonly predictedIou: number | null
  readonly stability: number | null
  readonly agreement: number | null
}

/**
 * @param probablyEmpty - what the finder says of the whole slice: no objects are then no surprise, and without this
 *   word they are the greatest
 */
export function sliceFigures(masks: readonly MaskFigures[], probablyEmpty: boolean): SliceFigures {
  if (masks.length === 0) {
    return {
      uncertainty: probablyEmpty ? null : 1,
      predictedIou: null,
      stability: null,
      agreement: null,
    }
  }
  return {
    uncertainty: Math.max(...masks.map(uncertaintyOf)),
    predictedIou: mean(masks.map(mask => mask.predictedIou)),
    stability: mean(masks.map(mask => mask.stability)),
    agreement: mean(masks.map(mask => mask.agreement)),
  }
}

/** @param uncertainty - null, where there was nothing to judge, is low */
export function levelOf(uncertainty: number | null): UncertaintyLevel {
  const { medium, high } = uncertaintyLevels
  if (uncertainty === null || uncertainty < medium) return 'low'
  return uncertainty < high ? 'medium' : 'high'
}

/** In [0, 1]: predicted IoUs may exceed it by a little. */
function mean(values: readonly (number | null)[]): number | null {
  const told = values.filter(value => value !== null)
  if (told.length === 0) return null
  return Math.min(1, told.reduce((sum, value) => sum + value, 0) / told.length)
}
