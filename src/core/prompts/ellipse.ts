import type { Box } from '../../shared/domain/prompt'

/**
 * The filled ellipse that touches all four sides of a box: what a box alone tells, with no network. Any model that
 * is prompted with boxes has to beat it, and on fetal heads, which are annotated as ellipses, few do.
 *
 * @param box - pixel indices, inclusive at both ends, so its sides are x1 - x0 + 1 and y1 - y0 + 1 pixels long
 * @returns [height, width], 0 or 1; a pixel is in when its centre is; parts beyond the image are cut off
 */
export function ellipseInBox(box: Box, height: number, width: number): Uint8Array {
  const mask = new Uint8Array(height * width)
  const centreX = (box.x0 + box.x1) / 2
  const centreY = (box.y0 + box.y1) / 2
  const radiusX = (box.x1 - box.x0 + 1) / 2
  const radiusY = (box.y1 - box.y0 + 1) / 2
  if (!(radiusX > 0 && radiusY > 0)) return mask
  const top = Math.max(0, Math.ceil(box.y0))
  const bottom = Math.min(height - 1, Math.floor(box.y1))
  for (let y = top; y <= bottom; y++) {
    const half = radiusX * Math.sqrt(Math.max(0, 1 - ((y - centreY) / radiusY) ** 2))
    const left = Math.max(0, Math.ceil(centreX - half))
    const right = Math.min(width - 1, Math.floor(centreX + half))
    if (left <= right) mask.fill(1, y * width + left, y * width + right + 1)
  }
  return mask
}
