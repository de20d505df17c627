/**
 * The label values of a map, 0 (background) left out.
 *
 * @returns ascending
 */
export function labelValues(labels: ArrayLike<number>): number[] {
  const values = new Set<number>()
  let last = 0
  for (let at = 0; at < labels.length; at++) {
    // at < length; labels come in runs, so most pixels repeat the last value.
    const value = labels[at]!
    if (value !== last && value !== 0) values.add(value)
    last = value
  }
  return [...values].sort((a, b) => a - b)
}

/** 1 where the map has this label, else 0. */
export function maskOfLabel(labels: ArrayLike<number>, label: number): Uint8Array {
  const mask = new Uint8Array(labels.length)
  for (let at = 0; at < mask.length; at++) mask[at] = labels[at] === label ? 1 : 0
  return mask
}
