import { crossingLines } from './crossing-lines'
import type { MaskPicture } from './mask-picture'
import { onScreen } from './screen-scale'
import { scalesOf, type Position, type Size, type Viewport } from './viewport'

export interface PlaneMask {
  readonly picture: MaskPicture
  /** Of the line, as CSS writes it */
  readonly colour: string
  /** Of the fill, in [0, 1] */
  readonly opacity: number
  readonly dashed?: boolean
  /** Part of the plane's width, [from, to] in [0, 1], in which it is drawn; the whole where it is left out */
  readonly between?: readonly [number, number]
}

/** A plane to look at, not to work on. */
export interface PlaneDrawing {
  readonly picture: OffscreenCanvas
  readonly masks: readonly PlaneMask[]
  readonly viewport: Viewport
  /** Device pixels a CSS pixel */
  readonly ratio: number
  /** Where other planes cross it, in its pixels */
  readonly crossing: Position | null
}

/** Draws a plane with its masks over the whole canvas. */
export function drawPlane(context: CanvasRenderingContext2D, drawing: PlaneDrawing): void {
  const { picture, masks, viewport, ratio, crossing } = drawing
  const scales = scalesOf(viewport)
  context.setTransform(1, 0, 0, 1, 0, 0)
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
  context.setTransform(ratio, 0, 0, ratio, viewport.x * ratio, viewport.y * ratio)
  context.imageSmoothingEnabled = true
  context.imageSmoothingQuality = 'high'
  context.drawImage(picture, 0, 0, picture.width * scales.x, picture.height * scales.y)
  context.imageSmoothingEnabled = scales.x < 1
  for (const mask of masks) drawMask(context, mask, scales)
  if (crossing !== null) drawCrossing(context, crossing, scales, picture)
}

function drawMask(
  context: CanvasRenderingContext2D,
  { picture, colour, opacity, dashed = false, between }: PlaneMask,
  scales: Position,
): void {
  const { width, height } = picture.size
  context.save()
  if (between) {
    const [from, to] = between
    const region = new Path2D()
    region.rect(from * width * scales.x, 0, (to - from) * width * scales.x, height * scales.y)
    context.clip(region)
  }
  context.globalAlpha = opacity
  if (opacity > 0) context.drawImage(picture.canvas, 0, 0, width * scales.x, height * scales.y)
  context.globalAlpha = 1
  context.lineJoin = 'round'
  if (dashed) context.setLineDash([4, 3])
  const outline = onScreen(picture.outline, scales)
  context.strokeStyle = 'rgb(0 0 0 / 0.6)'
  context.lineWidth = 3.5
  context.stroke(outline)
  context.strokeStyle = colour
  context.lineWidth = 1.5
  context.stroke(outline)
  context.restore()
}

function drawCrossing(
  context: CanvasRenderingContext2D,
  crossing: Position,
  scales: Position,
  size: Size,
): void {
  const lines = new Path2D()
  for (const { x1, y1, x2, y2 } of crossingLines(crossing, size, scales)) {
    lines.moveTo(x1, y1)
    lines.lineTo(x2, y2)
  }
  context.strokeStyle = 'rgb(0 0 0 / 0.5)'
  context.lineWidth = 3
  context.stroke(lines)
  context.strokeStyle = 'rgb(255 255 255 / 0.65)'
  context.lineWidth = 1
  context.stroke(lines)
}
