import { FabricObject } from 'fabric'
import type { PromptPoint } from '../../../shared/domain/prompt'
import { drawInScreenPixels, screenScales } from './screen-scale'

export interface PointView extends PromptPoint {
  readonly isSelected: boolean
  /** Whether the mask on the screen knows of it; hollow until then */
  readonly isDecoded: boolean
}

const radius = 8
const colours = { positive: '#2bd576', negative: '#ff5a5f' } as const
const ink = '#06110b'

/** A click of a prompt: a disc of the same size at any zoom, with a sign, for colour is never the only one. */
export class PointObject extends FabricObject {
  private readonly view: PointView

  constructor(view: PointView) {
    super({
      left: view.x + 0.5,
      top: view.y + 0.5,
      width: 1,
      height: 1,
      originX: 'center',
      originY: 'center',
      strokeWidth: 0,
      selectable: false,
      evented: false,
      objectCaching: false,
    })
    this.view = view
  }

  /** Its disc reaches beyond the one pixel that it marks. */
  override isOnScreen(): boolean {
    return true
  }

  override _render(context: CanvasRenderingContext2D): void {
    const { sign, isSelected, isDecoded } = this.view
    drawInScreenPixels(context, screenScales(this))
    disc(context, radius + (isSelected ? 2.5 : 1), 'rgb(0 0 0 / .65)')
    disc(context, radius + (isSelected ? 1.5 : 0), '#ffffff')
    disc(context, radius - 1.5, isDecoded ? colours[sign] : '#14171a')
    context.strokeStyle = isDecoded ? ink : colours[sign]
    context.lineWidth = 2
    context.beginPath()
    context.moveTo(-3.5, 0)
    context.lineTo(3.5, 0)
    if (sign === 'positive') {
      context.moveTo(0, -3.5)
      context.lineTo(0, 3.5)
    }
    context.stroke()
  }
}

function disc(context: CanvasRenderingContext2D, size: number, colour: string): void {
  context.fillStyle = colour
  context.beginPath()
  context.arc(0, 0, size, 0, 2 * Math.PI)
  context.fill()
}
