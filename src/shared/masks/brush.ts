import type { Box } from '../domain/prompt'

/** In pixel indices: the centre of the first pixel is (0, 0). */
export interface BrushPoint {
  readonly x: number
  readonly y: number
}

export interface Stroke {
  readonly from: BrushPoint
  /** The same as `from` for a dab */
  readonly to: BrushPoint
  /** Of the disc, pixels; less than half a pixel may miss all centres, so the nearest one is always painted */
  readonly radius: number
  /** 1 paints, 0 erases */
  readonly value: 0 | 1
}

interface Size {
  readonly height: number
  readonly width: number
}

/**
 * Paints what a disc covers on its way from one place to another, into the mask itself: every pixel whose centre is at
 * most `radius` from the line. Strokes that follow one another leave no gap, however fast the hand is.
 *
 * @param mask - [height, width], 0 or 1; changed
 * @returns smallest box in which pixels changed, inclusive; null: none did
 */
export function paintStroke(mask: Uint8Array, { height, width }: Size, stroke: Stroke): Box | null {
  const { from, to, value } = stroke
  const radius = Math.max(stroke.radius, Math.SQRT1_2)
  const top = Math.max(0, Math.ceil(Math.min(from.y, to.y) - radius))
  const bottom = Math.min(height - 1, Math.floor(Math.max(from.y, to.y) + radius))
  let [x0, y0, x1, y1] = [width, height, -1, -1]
  for (let y = top; y <= bottom; y++) {
    const span = spanAt(y, from, to, radius)
    if (!span) continue
    const last = Math.min(width - 1, Math.floor(span[1]))
    for (let x = Math.max(0, Math.ceil(span[0])); x <= last; x++) {
      const index = y * width + x
      if (mask[index] === value) continue
      mask[index] = value
      x0 = Math.min(x0, x)
      x1 = Math.max(x1, x)
      y0 = Math.min(y0, y)
      y1 = y
    }
  }
  return x1 < 0 ? null : { x0, y0, x1, y1 }
}

/** The part of a row that lies in the capsule around a line: from its leftmost to its rightmost crossing. */
function spanAt(y: number, from: BrushPoint, to: BrushPoint, radius: number): [number, number] | null {
  let [left, right] = [Infinity, -Infinity]
  const include = (x: number): void => {
    left = Math.min(left, x)
    right = Math.max(right, x)
  }
  // The discs at both ends.
  for (const end of [from, to]) {
    const rest = radius * radius - (y - end.y) ** 2
    if (rest < 0) continue
    include(end.x - Math.sqrt(rest))
    include(end.x + Math.sqrt(rest))
  }
  // The two sides of the way between them, which are parallel to the line.
  const [dx, dy] = [to.x - from.x, to.y - from.y]
  const length = Math.hypot(dx, dy)
  if (length > 0 && dy !== 0) {
    for (const side of [-radius, radius]) {
      const [sideX, sideY] = [from.x - (dy / length) * side, from.y + (dx / length) * side]
      const along = (y - sideY) / dy
      if (along >= 0 && along <= 1) include(sideX + along * dx)
    }
  }
  return left <= right ? [left, right] : null
}
