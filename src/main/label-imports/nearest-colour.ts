import type { Rgb } from '../../shared/domain/label-palette'
import { labelPalette } from '../../shared/domain/label-palette'

/**
 * The colour of the palette that is most like one of a file, among those that no label has yet.
 *
 * @returns from 1; null where all are taken, or the colour is a grey, which is like none
 */
export function nearestColour(wanted: Rgb, taken: readonly number[]): number | null {
  if (Math.max(...wanted) - Math.min(...wanted) < 24) return null
  let [best, least] = [null as number | null, Infinity]
  labelPalette.forEach((colour, index) => {
    const distance = Math.hypot(...colour.map((part, at) => part - (wanted[at] ?? 0)))
    if (distance >= least || taken.includes(index + 1)) return
    best = index + 1
    least = distance
  })
  return best
}
