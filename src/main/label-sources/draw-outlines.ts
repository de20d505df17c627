import { crossedRows, fillPolygon } from '../../shared/masks/fill-polygon'
import type { PictureSize } from './label-source'
import type { ClippedPart } from './part-runs'

/** x0, y0, x1, y1, … along the sides of the pixels: pixel (x, y) covers the square from (x, y) to (x + 1, y + 1) */
export type Outline = readonly number[]

/** Steps that filling one object may take: an outline of a hundred thousand corners around a picture of 4000 rows does not. */
const mostSteps = 2e8

/**
 * The pixels whose centres lie inside any of the outlines, each by the even-odd rule; a centre on a left or upper edge
 * is inside. What `polygonsOf` makes of a mask without holes comes out as that mask.
 *
 * @throws RangeError for outlines that no drawing has
 */
export function drawOutlines(outlines: readonly Outline[], size: PictureSize): ClippedPart {
  const bounds = boundsOf(outlines)
  const [x, y] = [Math.max(0, Math.floor(bounds.x0)), Math.max(0, Math.floor(bounds.y0))]
  const width = Math.max(0, Math.min(size.width, Math.ceil(bounds.x1)) - x)
  const height = Math.max(0, Math.min(size.height, Math.ceil(bounds.y1)) - y)
  const mask = new Uint8Array(width * height)
  for (const outline of mask.length > 0 ? outlines : []) {
    const corners = cornersOf(outline, x, y)
    if (crossedRows(corners, height) > mostSteps) throw new RangeError('an outline is too long to be drawn')
    const filled = fillPolygon(corners, height, width)
    // Both have the size of the part.
    for (let at = 0; at < mask.length; at++) mask[at]! |= filled[at]!
  }
  const isInside = bounds.x0 >= 0 && bounds.y0 >= 0 && bounds.x1 <= size.width && bounds.y1 <= size.height
  return { part: { x, y, width, height, mask }, isClipped: !isInside }
}

/** Of all corners; the empty picture's where there are none. */
function boundsOf(outlines: readonly Outline[]): { x0: number; y0: number; x1: number; y1: number } {
  const bounds = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity }
  for (const outline of outlines) {
    for (let at = 0; at + 1 < outline.length; at += 2) {
      const [x, y] = [outline[at] ?? 0, outline[at + 1] ?? 0]
      bounds.x0 = Math.min(bounds.x0, x)
      bounds.x1 = Math.max(bounds.x1, x)
      bounds.y0 = Math.min(bounds.y0, y)
      bounds.y1 = Math.max(bounds.y1, y)
    }
  }
  return bounds.x0 <= bounds.x1 ? bounds : { x0: 0, y0: 0, x1: 0, y1: 0 }
}

/** In pixel indices of the part that begins at (left, top), where the centre of its first pixel is (0, 0). */
function cornersOf(outline: Outline, left: number, top: number): { x: number; y: number }[] {
  const corners: { x: number; y: number }[] = []
  for (let at = 0; at + 1 < outline.length; at += 2) {
    corners.push({ x: (outline[at] ?? 0) - left - 0.5, y: (outline[at + 1] ?? 0) - top - 0.5 })
  }
  return corners
}
