import type { Box } from '../../shared/domain/prompt'

/**
 * The smallest box around the non-zero pixels.
 *
 * @param mask - [height, width]
 * @returns pixel indices, inclusive at both ends; null for an empty mask
 */
export function boxOfMask(mask: ArrayLike<number>, height: number, width: number): Box | null {
  let [x0, y0, x1, y1] = [width, height, -1, -1]
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!mask[y * width + x]) continue
      if (x < x0) x0 = x
      if (x > x1) x1 = x
      if (y < y0) y0 = y
      y1 = y
    }
  }
  return x1 < 0 ? null : { x0, y0, x1, y1 }
}
