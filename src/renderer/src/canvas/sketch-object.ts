import { FabricObject } from 'fabric'
import type { Box } from '../../../shared/domain/prompt'
import { rectangleOf } from './box-corners'
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
    const pixel = 1 / (this.canvas?.getZoom() ?? 1)
    context.translate(-this.width / 2, -this.height / 2)
    context.lineJoin = 'round'
    const path = pathOf(this.sketch, pixel)
    context.strokeStyle = 'rgb(0 0 0 / .6)'
    context.lineWidth = 3.5 * pixel
    context.stroke(path)
    context.strokeStyle = '#ffffff'
    context.lineWidth = 1.5 * pixel
    context.setLineDash(this.sketch.kind === 'box' ? [6 * pixel, 4 * pixel] : [])
    context.stroke(path)
  }
}

function pathOf(sketch: Sketch, pixel: number): Path2D {
  const path = new Path2D()
  if (sketch.kind === 'box') {
    const { left, top, width, height } = rectangleOf(sketch.box)
    path.rect(left, top, width, height)
    return path
  }
  if (sketch.kind === 'disc') {
    const { at, radius, adds } = sketch
    path.arc(at.x, at.y, radius, 0, 2 * Math.PI)
    sign(path, at, adds, pixel)
    return path
  }
  sketch.points.forEach(({ x, y }, index) => (index === 0 ? path.moveTo(x, y) : path.lineTo(x, y)))
  if (!sketch.isOpen) path.closePath()
  if (sketch.hasCorners)
    for (const { x, y } of sketch.points) path.rect(x - 2 * pixel, y - 2 * pixel, 4 * pixel, 4 * pixel)
  return path
}

/** + adds to the mask, − takes from it: 6 screen pixels at the centre. */
function sign(path: Path2D, { x, y }: Position, adds: boolean, pixel: number): void {
  path.moveTo(x - 3 * pixel, y)
  path.lineTo(x + 3 * pixel, y)
  if (!adds) return
  path.moveTo(x, y - 3 * pixel)
  path.lineTo(x, y + 3 * pixel)
}
