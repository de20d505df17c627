import { traceContours } from './contours'

/**
 * The outlines of a mask as the data of an SVG path, also for a canvas's Path2D: drawn with either fill rule it is
 * exactly the mask, with its holes. Pixel (x, y) covers the square from (x, y) to (x + 1, y + 1).
 *
 * @param mask - [height, width], non-zero is foreground
 * @returns '' for an empty mask
 */
export function outlinePath(mask: Uint8Array, height: number, width: number): string {
  return traceContours(mask, height, width)
    .map(ring => {
      let path = ''
      for (let at = 0; at < ring.length; at += 2) {
        path += `${at === 0 ? 'M' : 'L'}${ring[at] ?? 0} ${ring[at + 1] ?? 0}`
      }
      return `${path}Z`
    })
    .join('')
}
