import { Canvas, type FabricObject, type Point, type TPointerEventInfo } from 'fabric'
import type { Box } from '../../../shared/domain/prompt'
import { BoxObject, type BoxLook } from './box-object'
import { MaskLayer, PictureLayer, type MaskView } from './layers'
import { PointObject, type PointView } from './point-object'
import { SketchObject, type Sketch } from './sketch-object'
import { scalesOf, type Position, type Size, type Viewport } from './viewport'

/** What the hand did on the stage. */
export interface StagePointer {
  /** On the slice: pixel (x, y) covers the square from (x, y) to (x + 1, y + 1) */
  readonly at: Position
  /** On the stage, CSS pixels */
  readonly screen: Position
  readonly button: 'left' | 'middle' | 'right'
  readonly isShift: boolean
  readonly isCtrl: boolean
  readonly isAlt: boolean
}

export interface StageEvents {
  down(pointer: StagePointer): void
  move(pointer: StagePointer): void
  up(pointer: StagePointer): void
  doubleClick(pointer: StagePointer): void
  leave(): void
  wheel(pointer: StagePointer, deltaX: number, deltaY: number): void
  /** The box is being moved or resized; `isFinal` when the button is released */
  box(box: Box, isFinal: boolean): void
}

export interface BoxView {
  readonly box: Box
  readonly look: BoxLook
  /** null: it cannot be taken */
  readonly taken: 'inside' | 'sides' | null
}

/**
 * The stage: one Fabric canvas as large as the place it has, however large the slice is. It draws what it is given and
 * says what the hand does; it decides nothing.
 */
export class SliceCanvas {
  private readonly canvas: Canvas
  private picture: PictureLayer | null = null
  private masks: MaskLayer[] = []
  private points: PointObject[] = []
  private box: BoxObject | null = null
  private sketch = new SketchObject({ width: 1, height: 1 })
  private slice: Size = { width: 1, height: 1 }

  private readonly events: StageEvents

  constructor(element: HTMLCanvasElement, events: StageEvents) {
    this.events = events
    this.canvas = new StageCanvas(element, {
      selection: false,
      preserveObjectStacking: true,
      renderOnAddRemove: false,
      fireMiddleClick: true,
      uniformScaling: false,
      defaultCursor: 'inherit',
      skipOffscreen: false,
    })
    this.listen()
  }

  resize(size: Size): void {
    this.canvas.setDimensions(size)
    this.render()
  }

  setViewport(viewport: Viewport): void {
    const { x, y } = scalesOf(viewport)
    this.canvas.setViewportTransform([x, 0, 0, y, viewport.x, viewport.y])
    this.render()
  }

  /** null: no slice is shown. */
  setPicture(source: OffscreenCanvas | null): void {
    this.picture = source === null ? null : new PictureLayer(source)
    this.slice = source === null ? { width: 1, height: 1 } : { width: source.width, height: source.height }
    const { sketch } = this.sketch
    this.sketch = new SketchObject(this.slice)
    this.sketch.sketch = sketch
    this.restack()
  }

  setMasks(views: readonly MaskView[]): void {
    this.masks = views.map(view => new MaskLayer(view))
    this.restack()
  }

  setPoints(points: readonly PointView[]): void {
    this.points = points.map(point => new PointObject(point))
    this.restack()
  }

  setBox(view: BoxView | null): void {
    if (view === null || this.box === null) this.replaceBox(view)
    if (view === null || this.box === null) return
    this.box.look = view.look
    this.box.takesInside = view.taken === 'inside'
    this.box.set({ evented: view.taken !== null, selectable: view.taken !== null })
    // Under the hand the box is where the hand is, not where the last answer was.
    if (!this.isBoxMoving) this.box.place(view.box)
    this.render()
  }

  setSketch(sketch: Sketch | null): void {
    this.sketch.sketch = sketch
    this.render()
  }

  setCursor(cursor: string): void {
    this.canvas.defaultCursor = cursor
    this.canvas.setCursor(cursor)
  }

  render(): void {
    this.canvas.requestRenderAll()
  }

  async dispose(): Promise<void> {
    await this.canvas.dispose()
  }

  private get isBoxMoving(): boolean {
    return this.box?.isMoving === true || this.canvas._currentTransform?.target === this.box
  }

  private replaceBox(view: BoxView | null): void {
    if (this.box !== null) {
      this.box.isHeld = false
      this.canvas.discardActiveObject()
    }
    this.box = view === null ? null : new BoxObject(view.box, this.slice, box => this.events.box(box, false))
    this.restack()
    if (this.box !== null) this.canvas.setActiveObject(this.box)
  }

  /** Order of the design: image, masks, prompts, sketch. */
  private restack(): void {
    const kept = new Set<unknown>(this.box === null ? [] : [this.box])
    this.canvas.remove(...this.canvas.getObjects().filter(object => !kept.has(object)))
    if (this.box !== null) this.canvas.remove(this.box)
    if (this.picture !== null) this.canvas.add(this.picture)
    this.canvas.add(...this.masks)
    if (this.box !== null) this.canvas.add(this.box)
    this.canvas.add(...this.points, this.sketch)
    this.render()
  }

  private listen(): void {
    const { canvas, events } = this
    canvas.on('mouse:down', info => {
      if (info.target === undefined || info.target !== this.box) events.down(pointerOf(info))
    })
    canvas.on('mouse:move', info => {
      if (!this.isBoxMoving) events.move(pointerOf(info))
    })
    canvas.on('mouse:up', info => events.up(pointerOf(info)))
    canvas.on('mouse:dblclick', info => events.doubleClick(pointerOf(info)))
    canvas.upperCanvasEl.addEventListener('mouseleave', () => events.leave())
    canvas.on('mouse:wheel', info => {
      info.e.preventDefault()
      events.wheel(pointerOf(info), info.e.deltaX, info.e.deltaY)
    })
    canvas.on('object:modified', ({ target }) => {
      if (target instanceof BoxObject) events.box(target.box, true)
    })
  }
}

/** Fabric takes an object anywhere in its rectangle; a box is taken where it says so. */
class StageCanvas extends Canvas {
  override _checkTarget(object: FabricObject, point: Point): boolean {
    if (!(object instanceof BoxObject)) return super._checkTarget(object, point)
    return object.evented && object.isTakenAt(point)
  }
}

const buttons = ['left', 'middle', 'right'] as const

function pointerOf({ e, scenePoint, viewportPoint }: TPointerEventInfo): StagePointer {
  return {
    at: { x: scenePoint.x, y: scenePoint.y },
    screen: { x: viewportPoint.x, y: viewportPoint.y },
    button: ('button' in e ? buttons[e.button] : undefined) ?? 'left',
    isShift: e.shiftKey,
    isCtrl: e.ctrlKey || e.metaKey,
    isAlt: e.altKey,
  }
}
