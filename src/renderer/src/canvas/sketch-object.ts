import { FabricObject } from 'fabric'
import type { Box } from '../../../shared/domain/prompt'
import { rectangleOf } from './box-corners'
import { drawInScreenPixels, screenScales } from './screen-scale'
import type { Position, Size } from './viewport'

/** What the hand is drawing, and what it holds: nothing of it is stored. */
export type Sketch =
  | { readonly kind: 'box'; readonly box: Box }
  /** Corners on the slice; `isOpen`: the last side is not drawn yet */
  | {
      readonly kind: 'path'
      readonly points: readonly Position[]
      readonly isOpen: boolean
      readonly hasCorners: boolean
    }
  | { readonly kind: 'disc'; readonly at: Position; readonly radius: number; readonly adds: boolean }

/** Lies over everything; white with a dark casing. */
export class SketchObject extends FabricObject {
  sketch: Sketch | null = null

  constructor(size: Size) {
    super({
      ...size,
      left: 0,
      top: 0,
      originX: 'left',
      originY: 'top',
      strokeWidth: 0,
      selectable: false,
      evented: false,
      objectCaching: false,
    })
  }

  override isOnScreen(): boolean {
    return true
  }

  override _render(context: CanvasRenderingContext2D): void {
    if (this.sketch === null) return
    const scales = screenScales(this)
    context.translate(-this.width / 2, -this.height / 2)
    drawInScreenPixels(context, scales)
    context.lineJoin = 'round'
    const path = pathOf(this.sketch, scales)
    context.strokeStyle = 'rgb(0 0 0 / .6)'
    context.lineWidth = 3.5
    context.stroke(path)
    context.strokeStyle = '#ffffff'
    context.lineWidth = 1.5
    context.setLineDash(this.sketch.kind === 'box' ? [6, 4] : [])
    context.stroke(path)
  }
}

/** In screen pixels. */
function pathOf(sketch: Sketch, scales: Position): Path2D {
  const path = new Path2D()
  const placed = ({ x, y }: Position): Position => ({ x: x * scales.x, y: y * scales.y })
  if (sketch.kind === 'box') {
    const { left, top, width, height } = rectangleOf(sketch.box)
    path.rect(left * scales.x, top * scales.y, width * scales.x, height * scales.y)
    return path
  }
  if (sketch.kind === 'disc') {
    const { at, radius, adds } = sketch
    const { x, y } = placed(at)
    path.ellipse(x, y, radius * scales.x, radius * scales.y, 0, 0, 2 * Math.PI)
    sign(path, { x, y }, adds)
    return path
  }
  const points = sketch.points.map(placed)
  points.forEach(({ x, y }, index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)))
  if (!sketch.isOpen) path.closePath()
  if (sketch.hasCorners) for (const { x, y } of points) path.rect(x - 2, y - 2, 4, 4)
  return path
}

/** + adds to the mask, − takes from it: 6 screen pixels at the centre. */
function sign(path: Path2D, { x, y }: Position, adds: boolean): void {
  path.moveTo(x - 3, y)
  path.lineTo(x + 3, y)
  if (!adds) return
  path.moveTo(x, y - 3)
  path.lineTo(x, y + 3)
}
