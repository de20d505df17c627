import type { Rgb } from '../label-sources'

/** `--label-1` to `--label-8` of tokens.css; a test holds one to the other. */
export const labelPalette: readonly Rgb[] = [
  [0x22, 0xd3, 0xee],
  [0xfb, 0xbf, 0x24],
  [0xb7, 0x94, 0xf6],
  [0x5b, 0x9d, 0xff],
  [0xf4, 0x72, 0xb6],
  [0xa3, 0xe6, 0x35],
  [0xfb, 0x92, 0x3c],
  [0x2d, 0xd4, 0xbf],
]

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
