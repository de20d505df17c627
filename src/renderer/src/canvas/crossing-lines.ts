import type { Position, Size } from './viewport'

export interface Line {
  readonly x1: number
  readonly y1: number
  readonly x2: number
  readonly y2: number
}

/** Left free around the crossing, CSS pixels: what lies there is what one looks for. */
const gap = 14

/**
 * Where two other planes cross a plane: a cross through the middle of a pixel, open at its centre.
 *
 * @param pixel - of the plane
 * @param size - of the plane, pixels
 * @param scales - screen pixels for a pixel
 * @returns lines in screen pixels from the corner of the plane
 */
export function crossingLines(pixel: Position, size: Size, scales: Position): Line[] {
  const [x, y] = [(pixel.x + 0.5) * scales.x, (pixel.y + 0.5) * scales.y]
  const [right, bottom] = [size.width * scales.x, size.height * scales.y]
  return [
    { x1: 0, y1: y, x2: x - gap, y2: y },
    { x1: x + gap, y1: y, x2: right, y2: y },
    { x1: x, y1: 0, x2: x, y2: y - gap },
    { x1: x, y1: y + gap, x2: x, y2: bottom },
  ].filter(({ x1, y1, x2, y2 }) => x2 > x1 || y2 > y1)
}
