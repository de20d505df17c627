import type { FabricObject } from 'fabric'
import type { Position } from './viewport'

/** Screen pixels for a pixel of the slice, along its rows and its columns: they differ where pixels are not square. */
export function screenScales({ canvas }: Pick<FabricObject, 'canvas'>): Position {
  const [x = 1, , , y = 1] = canvas?.viewportTransform ?? []
  return { x, y }
}

/** Lines are as wide as the screen has it, along both axes: they are drawn in screen pixels from here on. */
export function drawInScreenPixels(context: CanvasRenderingContext2D, { x, y }: Position): void {
  context.scale(1 / x, 1 / y)
}

/** A path on the slice, in screen pixels. */
export function onScreen(path: Path2D, { x, y }: Position): Path2D {
  const scaled = new Path2D()
  scaled.addPath(path, new DOMMatrix([x, 0, 0, y, 0, 0]))
  return scaled
}
