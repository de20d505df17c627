import type { WindowLevel } from '../../../shared/domain/window-level'
import type { Samples } from './samples'
import { paintWindow } from './window-level'

/** The picture of a slice as the stage draws it: its values through a window. */
export class SlicePicture {
  readonly canvas: OffscreenCanvas
  private readonly context: OffscreenCanvasRenderingContext2D
  private readonly image: ImageData
  private readonly samples: Samples
  private readonly channels: 1 | 3

  constructor(samples: Samples, width: number, height: number, channels: 1 | 3) {
    this.canvas = new OffscreenCanvas(width, height)
    const context = this.canvas.getContext('2d')
    if (context === null) throw new Error('No 2D canvas')
    this.context = context
    this.image = context.createImageData(width, height)
    this.samples = samples
    this.channels = channels
  }

  paint(window: WindowLevel): void {
    paintWindow(this.samples, this.channels, window, this.image.data)
    this.context.putImageData(this.image, 0, 0)
  }
}
