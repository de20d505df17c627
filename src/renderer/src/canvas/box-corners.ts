import type { Box } from '../../../shared/domain/prompt'
import type { Position, Size } from './viewport'

/** A rectangle on the slice along the sides of its pixels, as it is drawn. */
export interface Rectangle extends Size {
  readonly left: number
  readonly top: number
}

/** Prompts count pixels, inclusive at both ends; the picture counts their sides. */
export function rectangleOf(box: Box): Rectangle {
  return { left: box.x0, top: box.y0, width: box.x1 - box.x0 + 1, height: box.y1 - box.y0 + 1 }
}

/** The pixels that two corners on the slice span, cut to the slice. */
export function boxBetween(a: Position, b: Position, slice: Size): Box {
  const x0 = clamp(Math.floor(Math.min(a.x, b.x)), slice.width)
  const y0 = clamp(Math.floor(Math.min(a.y, b.y)), slice.height)
  return {
    x0,
    y0,
    x1: Math.max(x0, clamp(Math.ceil(Math.max(a.x, b.x)) - 1, slice.width)),
    y1: Math.max(y0, clamp(Math.ceil(Math.max(a.y, b.y)) - 1, slice.height)),
  }
}

export function boxOf({ left, top, width, height }: Rectangle, slice: Size): Box {
  return boxBetween(
    { x: Math.round(left), y: Math.round(top) },
    { x: Math.round(left + width), y: Math.round(top + height) },
    slice,
  )
}

/** The pixel under a position, as an index; null outside the slice. */
export function pixelAt({ x, y }: Position, slice: Size): Position | null {
  const pixel = { x: Math.floor(x), y: Math.floor(y) }
  const isInside = pixel.x >= 0 && pixel.y >= 0 && pixel.x < slice.width && pixel.y < slice.height
  return isInside ? pixel : null
}

/** Moves a box, whole, as far as the slice goes. */
export function moveBox(box: Box, dx: number, dy: number, slice: Size): Box {
  const x = Math.min(slice.width - 1 - box.x1, Math.max(-box.x0, dx))
  const y = Math.min(slice.height - 1 - box.y1, Math.max(-box.y0, dy))
  return { x0: box.x0 + x, y0: box.y0 + y, x1: box.x1 + x, y1: box.y1 + y }
}

/** Grows or shrinks a box at its right and lower sides. */
export function resizeBox(box: Box, dx: number, dy: number, slice: Size): Box {
  return {
    x0: box.x0,
    y0: box.y0,
    x1: Math.min(slice.width - 1, Math.max(box.x0, box.x1 + dx)),
    y1: Math.min(slice.height - 1, Math.max(box.y0, box.y1 + dy)),
  }
}

function clamp(value: number, length: number): number {
  return Math.min(length - 1, Math.max(0, value))
}
