/** How far two pictures of logits are apart. */
export interface Agreement {
  /** Largest difference over the largest logit */
  readonly relative: number
  /** Pixels on another side of zero, where ours is not within rounding of zero */
  readonly pixels: number
}

/** Logits this near to zero fall on either side by the rounding of float32 (differences seen: 6e-5). */
const atZero = 1e-4

export function agreementOf(ours: ArrayLike<number>, theirs: ArrayLike<number>): Agreement {
  let [difference, range, pixels] = [0, 0, 0]
  for (let at = 0; at < ours.length; at++) {
    const [a, b] = [ours[at] ?? NaN, theirs[at] ?? NaN]
    // A missing or undefined value is as far as can be.
    difference = Math.max(difference, Number.isNaN(a - b) ? Infinity : Math.abs(a - b))
    range = Math.max(range, Math.abs(a))
    if (a >= 0 !== b >= 0 && Math.abs(a) > atZero) pixels++
  }
  return { relative: difference / range, pixels }
}
