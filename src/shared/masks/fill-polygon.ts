/** Corners of a closed outline, in pixel indices: the centre of the first pixel is (0, 0). The first is not repeated. */
export type Corners = readonly { readonly x: number; readonly y: number }[]

/**
 * The pixels whose centres lie inside a polygon by the even-odd rule: where it crosses itself, what is enclosed twice is
 * outside. Centres on a left or upper edge count as inside, those on a right or lower one do not, so polygons that share
 * an edge share no pixel.
 *
 * @returns [height, width], 0 or 1; empty for fewer than three corners. Corners may lie outside the picture.
 */
export function fillPolygon(corners: Corners, height: number, width: number): Uint8Array {
  const mask = new Uint8Array(height * width)
  if (corners.length < 3) return mask
  for (let y = 0; y < height; y++) {
    const crossings = crossingsOf(corners, y)
    for (let pair = 0; pair + 1 < crossings.length; pair += 2) {
      const from = Math.max(0, Math.ceil(crossings[pair] ?? 0))
      const to = Math.min(width, Math.ceil(crossings[pair + 1] ?? 0))
      if (to > from) mask.fill(1, y * width + from, y * width + to)
    }
  }
  return mask
}

/** Where the edges cross a row of centres, ascending; an edge has its upper end and not its lower one. */
function crossingsOf(corners: Corners, y: number): number[] {
  const crossings: number[] = []
  let before = corners[corners.length - 1]
  for (const corner of corners) {
    if (before && before.y <= y !== corner.y <= y) {
      crossings.push(before.x + ((y - before.y) / (corner.y - before.y)) * (corner.x - before.x))
    }
    before = corner
  }
  return crossings.sort((a, b) => a - b)
}
