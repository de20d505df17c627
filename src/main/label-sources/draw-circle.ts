import type { PictureSize } from './label-source'
import type { ClippedPart } from './part-runs'

/**
 * The pixels whose centres lie in a circle.
 *
 * @param centre - along the sides of the pixels
 */
export function drawCircle(
  [x, y]: readonly [number, number],
  radius: number,
  { width, height }: PictureSize,
): ClippedPart {
  const [left, top] = [Math.max(0, Math.floor(x - radius)), Math.max(0, Math.floor(y - radius))]
  const columns = Math.max(0, Math.min(width, Math.ceil(x + radius)) - left)
  const rows = Math.max(0, Math.min(height, Math.ceil(y + radius)) - top)
  const mask = new Uint8Array(columns * rows)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const distance = Math.hypot(left + column + 0.5 - x, top + row + 0.5 - y)
      if (distance <= radius) mask[row * columns + column] = 1
    }
  }
  const isInside = x >= radius && y >= radius && x + radius <= width && y + radius <= height
  return { part: { x: left, y: top, width: columns, height: rows, mask }, isClipped: !isInside }
}
