import { Control, FabricObject, type Point, type TPointerEvent, type Transform } from 'fabric'
import type { Box } from '../../../shared/domain/prompt'
import { boxOf, rectangleOf } from './box-corners'
import { drawInScreenPixels, screenScales } from './screen-scale'
import type { Size } from './viewport'

export type BoxLook = 'dashed' | 'solid'

const handleSize = 8
const hitSize = 16
/** A box that is smaller on the screen has handles at its corners only. */
const tiny = 24
/** How far from its sides a box can be taken, screen pixels */
const sideReach = 6

const handles = [
  { name: 'tl', x: -0.5, y: -0.5, cursor: 'nwse-resize' },
  { name: 'mt', x: 0, y: -0.5, cursor: 'ns-resize' },
  { name: 'tr', x: 0.5, y: -0.5, cursor: 'nesw-resize' },
  { name: 'ml', x: -0.5, y: 0, cursor: 'ew-resize' },
  { name: 'mr', x: 0.5, y: 0, cursor: 'ew-resize' },
  { name: 'bl', x: -0.5, y: 0.5, cursor: 'nesw-resize' },
  { name: 'mb', x: 0, y: 0.5, cursor: 'ns-resize' },
  { name: 'br', x: 0.5, y: 0.5, cursor: 'nwse-resize' },
] as const

/**
 * The box of a prompt with its eight handles. They change width and height themselves: Fabric's own would change the
 * scale, which has to be undone at every end of a drag.
 */
export class BoxObject extends FabricObject {
  look: BoxLook = 'solid'
  /** Whether it can be taken anywhere inside, or only at its sides */
  takesInside = false
  /** Kept active, so that its handles are always there; the canvas lets go of it */
  isHeld = true
  private readonly slice: Size
  private readonly changed: (box: Box) => void

  constructor(box: Box, slice: Size, changed: (box: Box) => void) {
    super({
      ...rectangleOf(box),
      originX: 'left',
      originY: 'top',
      strokeWidth: 0,
      fill: null,
      objectCaching: false,
      hasBorders: false,
      lockRotation: true,
      hoverCursor: 'move',
      cornerSize: hitSize,
    })
    this.slice = slice
    this.changed = changed
    this.controls = Object.fromEntries(handles.map(handle => [handle.name, this.handle(handle)]))
    this.on('moving', () => {
      this.place(this.box)
      this.changed(this.box)
    })
  }

  get box(): Box {
    return boxOf({ left: this.left, top: this.top, width: this.width, height: this.height }, this.slice)
  }

  place(box: Box): void {
    this.set(rectangleOf(box))
    this.setCoords()
  }

  override onDeselect(): boolean {
    return this.isHeld
  }

  isTakenAt(point: Point): boolean {
    const scales = screenScales(this)
    const [reachX, reachY] = [sideReach / scales.x, sideReach / scales.y]
    const [right, bottom] = [this.left + this.width, this.top + this.height]
    const isNear =
      point.x >= this.left - reachX &&
      point.x <= right + reachX &&
      point.y >= this.top - reachY &&
      point.y <= bottom + reachY
    const isDeep =
      point.x > this.left + reachX &&
      point.x < right - reachX &&
      point.y > this.top + reachY &&
      point.y < bottom - reachY
    return isNear && (this.takesInside || !isDeep)
  }

  override _render(context: CanvasRenderingContext2D): void {
    const scales = screenScales(this)
    const [width, height] = [this.width * scales.x, this.height * scales.y]
    const sides = [-width / 2, -height / 2, width, height] as const
    drawInScreenPixels(context, scales)
    context.setLineDash(this.look === 'dashed' ? [6, 4] : [])
    context.strokeStyle = 'rgb(0 0 0 / .6)'
    context.lineWidth = 3.5
    context.strokeRect(...sides)
    context.strokeStyle = '#ffffff'
    context.lineWidth = 1.5
    context.strokeRect(...sides)
  }

  private handle({ name, x, y, cursor }: (typeof handles)[number]): Control {
    const control = new Control({
      x,
      y,
      actionName: `resize-${name}`,
      cursorStyle: cursor,
      sizeX: hitSize,
      sizeY: hitSize,
      actionHandler: (_event: TPointerEvent, transform: Transform, sceneX: number, sceneY: number) =>
        this.resize(transform, x, y, { x: sceneX, y: sceneY }),
      render: drawHandle,
    })
    control.getVisibility = () => {
      const scales = screenScales(this)
      return (x !== 0 && y !== 0) || Math.min(this.width * scales.x, this.height * scales.y) >= tiny
    }
    return control
  }

  /** The side or corner follows the pointer; past the opposite one it turns over. */
  private resize(start: Transform, sideX: number, sideY: number, to: { x: number; y: number }): boolean {
    const { left, top } = start.original
    const [right, bottom] = [left + start.width, top + start.height]
    const fixed = { x: sideX > 0 ? left : right, y: sideY > 0 ? top : bottom }
    const free = { x: sideX === 0 ? left : to.x, y: sideY === 0 ? top : to.y }
    this.place(
      boxOf(
        {
          left: Math.min(fixed.x, free.x),
          top: Math.min(fixed.y, free.y),
          width: Math.max(1, Math.abs(fixed.x - free.x)),
          height: Math.max(1, Math.abs(fixed.y - free.y)),
        },
        this.slice,
      ),
    )
    this.changed(this.box)
    return true
  }
}

function drawHandle(context: CanvasRenderingContext2D, left: number, top: number): void {
  const half = handleSize / 2
  context.save()
  context.fillStyle = '#ffffff'
  context.strokeStyle = 'rgb(0 0 0 / .65)'
  context.lineWidth = 1
  context.fillRect(left - half, top - half, handleSize, handleSize)
  context.strokeRect(left - half - 0.5, top - half - 0.5, handleSize + 1, handleSize + 1)
  context.restore()
}
