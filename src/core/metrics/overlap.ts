/** Pixel counts that every overlap metric is made of. */
export interface Overlap {
  readonly prediction: number
  readonly truth: number
  readonly intersection: number
}

/**
 * @param prediction - non-zero is foreground
 * @param truth - same length
 * @throws RangeError when the lengths differ
 */
export function countOverlap(prediction: Uint8Array, truth: Uint8Array): Overlap {
  if (prediction.length !== truth.length) {
    throw new RangeError(`A prediction of ${prediction.length} pixels has a truth of ${truth.length}`)
  }
  const counts = { prediction: 0, truth: 0, intersection: 0 }
  for (let i = 0; i < truth.length; i++) {
    const predicted = prediction[i] !== 0
    const actual = truth[i] !== 0
    if (predicted) counts.prediction++
    if (actual) counts.truth++
    if (predicted && actual) counts.intersection++
  }
  return counts
}

/** Dice = 2 |P∩T| / (|P| + |T|), in [0, 1]; null when both masks are empty and nothing can be said. */
export function dice({ prediction, truth, intersection }: Overlap): number | null {
  return prediction + truth === 0 ? null : (2 * intersection) / (prediction + truth)
}

/** Intersection over union (Jaccard), in [0, 1]; null when both masks are empty. */
export function iou({ prediction, truth, intersection }: Overlap): number | null {
  const union = prediction + truth - intersection
  return union === 0 ? null : intersection / union
}
