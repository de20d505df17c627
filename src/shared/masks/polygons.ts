import type { Ring } from './contours'
import { traceContours } from './contours'

export interface Polygons {
  /** Outer outlines, one a part: x0, y0, x1, y1, … along the sides of the pixels */
  readonly parts: readonly Ring[]
  /** Holes, which formats of plain polygons cannot hold: they come out filled */
  readonly holes: number
}

/**
 * The parts of a mask as polygons. Pixel (x, y) covers the square from (x, y) to (x + 1, y + 1).
 *
 * @param mask - [height, width], non-zero is foreground
 */
export function polygonsOf(mask: Uint8Array, height: number, width: number): Polygons {
  const rings = traceContours(mask, height, width)
  const parts = rings.filter(ring => signedArea(ring) > 0)
  return { parts, holes: rings.length - parts.length }
}

/** Twice the area; positive for rings that run clockwise on the screen, where y points down: the outer ones. */
function signedArea(ring: Ring): number {
  let sum = 0
  for (let at = 0; at < ring.length; at += 2) {
    const next = (at + 2) % ring.length
    sum += (ring[at] ?? 0) * (ring[next + 1] ?? 0) - (ring[next] ?? 0) * (ring[at + 1] ?? 0)
  }
  return sum
}
