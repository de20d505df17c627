import { FabricObject } from 'fabric'
import type { MaskPicture } from './mask-picture'
import { drawInScreenPixels, onScreen, screenScales } from './screen-scale'
import type { Size } from './viewport'

/** How a mask looks: `proposed` nobody has accepted, `preview` is not there yet, `ghost` is a neighbour's. */
export type MaskLook = 'solid' | 'proposed' | 'preview' | 'ghost' | 'locked'

export interface MaskView {
  readonly id: string
  readonly picture: MaskPicture
  /** Of the line, as CSS writes it */
  readonly colour: string
  /** Of the fill, in [0, 1] */
  readonly opacity: number
  readonly look: MaskLook
  readonly isSelected: boolean
  /** While a stroke is drawn its outline lags behind */
  readonly hasOutline: boolean
}

const hatchStep = 8
const casing = 'rgb(0 0 0 / .6)'

/** Everything that lies flat on the slice: never selected by Fabric, never cached by it (zooming would draw it anew). */
abstract class FlatLayer extends FabricObject {
  constructor(size: Size) {
    super({
      ...size,
      left: 0,
      top: 0,
      originX: 'left',
      originY: 'top',
      selectable: false,
      evented: false,
      objectCaching: false,
      strokeWidth: 0,
    })
  }
}

export class PictureLayer extends FlatLayer {
  private readonly source: OffscreenCanvas

  constructor(source: OffscreenCanvas) {
    super({ width: source.width, height: source.height })
    this.source = source
  }

  override _render(context: CanvasRenderingContext2D): void {
    // As every viewer of medical images shows them; the masks on top keep their pixels.
    context.imageSmoothingEnabled = true
    context.imageSmoothingQuality = 'high'
    context.drawImage(this.source, -this.width / 2, -this.height / 2)
  }
}

export class MaskLayer extends FlatLayer {
  private readonly view: MaskView

  constructor(view: MaskView) {
    super(view.picture.size)
    this.view = view
  }

  override _render(context: CanvasRenderingContext2D): void {
    context.translate(-this.width / 2, -this.height / 2)
    this.drawFill(context)
    if (this.view.hasOutline) this.drawOutline(context)
  }

  private drawFill(context: CanvasRenderingContext2D): void {
    const { picture, opacity, look } = this.view
    if (opacity === 0) return
    context.save()
    context.globalAlpha = opacity
    context.imageSmoothingEnabled = screenScales(this).x < 1
    if (look === 'proposed') this.hatch(context)
    else context.drawImage(picture.canvas, 0, 0)
    context.restore()
  }

  /** 45 degree lines, 8 screen pixels apart. */
  private hatch(context: CanvasRenderingContext2D): void {
    const scales = screenScales(this)
    const [width, height] = [this.width * scales.x, this.height * scales.y]
    context.clip(this.view.picture.outline)
    drawInScreenPixels(context, scales)
    context.globalAlpha = Math.min(1, this.view.opacity * 2)
    context.strokeStyle = this.view.colour
    context.lineWidth = 2
    context.beginPath()
    for (let x = -height; x < width; x += hatchStep) {
      context.moveTo(x, height)
      context.lineTo(x + height, 0)
    }
    context.stroke()
  }

  private drawOutline(context: CanvasRenderingContext2D): void {
    const { look, isSelected, colour, picture } = this.view
    const width = isSelected ? 2 : 1.5
    const scales = screenScales(this)
    const outline = onScreen(picture.outline, scales)
    drawInScreenPixels(context, scales)
    context.lineJoin = 'round'
    context.globalAlpha = look === 'ghost' ? 0.5 : 1
    context.setLineDash([...dashes[look]])
    context.strokeStyle = casing
    context.lineWidth = width + 2
    context.stroke(outline)
    context.strokeStyle = look === 'preview' ? '#ffffff' : look === 'locked' ? '#8a939d' : colour
    context.lineWidth = width
    context.stroke(outline)
  }
}

const dashes = {
  solid: [],
  locked: [],
  proposed: [6, 4],
  preview: [5, 4],
  ghost: [1.5, 3],
} as const satisfies Record<MaskLook, readonly number[]>
