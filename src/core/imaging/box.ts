import type { Box } from '../../shared/domain/prompt'
import type { Generator } from '../random'

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

/** Outward shifts of the four sides in pixels, in the order that the original script draws them. */
export type BoxShifts = readonly [xMin: number, xMax: number, yMin: number, yMax: number]

/** Moves the sides outward, but not past the last valid pixel (the original script went one too far). */
export function grownBox(box: Box, shifts: BoxShifts, height: number, width: number): Box {
  return {
    x0: Math.max(0, box.x0 - shifts[0]),
    x1: Math.min(width - 1, box.x1 + shifts[1]),
    y0: Math.max(0, box.y0 - shifts[2]),
    y1: Math.min(height - 1, box.y1 + shifts[3]),
  }
}

/**
 * A loose box: each side moved outward by 0 to `shift` whole pixels, drawn in the order x_min, x_max, y_min, y_max.
 *
 * @param size - of the part of the square that holds the slice, so that the box never enters the padding
 */
export function jitterBox(
  box: Box,
  shift: number,
  size: { height: number; width: number },
  generator: Generator,
): Box {
  const draw = (): number => generator.integer(0, shift)
  return grownBox(box, [draw(), draw(), draw(), draw()], size.height, size.width)
}
