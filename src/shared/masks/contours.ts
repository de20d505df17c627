/** A closed outline as corners x0, y0, x1, y1, ...; the first corner is not repeated. */
export type Ring = readonly number[]

/** Steps around a pixel's corners: right, down, left, up. */
const stepX = [1, 0, -1, 0] as const
const stepY = [0, 1, 0, -1] as const

/**
 * The outlines of a mask along the sides of its pixels. Corners have whole coordinates: pixel (x, y) covers the
 * square from (x, y) to (x + 1, y + 1), so its centre is at (x + 0.5, y + 0.5). Outer outlines run clockwise on
 * screen and holes the other way, so both fill rules draw the mask exactly. Pixels that share only a corner get
 * rings of their own.
 *
 * @param mask - [height, width], non-zero is foreground
 */
export function traceContours(mask: Uint8Array, height: number, width: number): Ring[] {
  const isSet = (x: number, y: number): boolean =>
    x >= 0 && y >= 0 && x < width && y < height && mask[y * width + x] !== 0
  // A ring passes over the top side of some pixel from left to right: start there, and walk each such side once.
  const walked = new Uint8Array(width * (height + 1))
  const rings: Ring[] = []
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (isSet(x, y) && !isSet(x, y - 1) && walked[y * width + x] === 0) rings.push(walk(x, y))
    }
  }
  return rings

  /** Walks with the mask on the right hand until it is back where it started. */
  function walk(startX: number, startY: number): Ring {
    const ring: number[] = []
    let [x, y, direction] = [startX, startY, 0]
    do {
      if (direction === 0) walked[y * width + x] = 1
      x += stepX[direction] ?? 0
      y += stepY[direction] ?? 0
      const next = turn(x, y, direction)
      if (next !== direction) ring.push(x, y)
      direction = next
    } while (x !== startX || y !== startY || direction !== 0)
    return ring
  }

  /** The pixels ahead of a corner decide: right where nothing is ahead on the right, left where the left is set. */
  function turn(x: number, y: number, direction: number): number {
    const ahead = aheadOf(direction)
    if (!isSet(x + ahead.rightX, y + ahead.rightY)) return (direction + 1) % 4
    return isSet(x + ahead.leftX, y + ahead.leftY) ? (direction + 3) % 4 : direction
  }
}

/** Offsets from a corner to the two pixels that lie ahead of it, left and right of the way. */
function aheadOf(direction: number): { leftX: number; leftY: number; rightX: number; rightY: number } {
  const offsets = [
    { leftX: 0, leftY: -1, rightX: 0, rightY: 0 },
    { leftX: 0, leftY: 0, rightX: -1, rightY: 0 },
    { leftX: -1, leftY: 0, rightX: -1, rightY: -1 },
    { leftX: -1, leftY: -1, rightX: 0, rightY: -1 },
  ] as const
  return offsets[direction] ?? offsets[0]
}
