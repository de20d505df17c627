import { traceContours } from '../../../shared/masks/contours'
import type { Rectangle } from './box-corners'
import type { Size } from './viewport'

/** Red, green, blue. */
export type Colour = readonly [number, number, number]

/** The picture of a mask: truth is the mask, this is what the stage draws. One opaque colour; opacity comes later. */
export class MaskPicture {
  readonly canvas: OffscreenCanvas
  /** Along the sides of the pixels; stale while a stroke is drawn */
  outline: Path2D
  readonly mask: Uint8Array
  readonly size: Size
  private readonly colour: Colour
  private readonly context: OffscreenCanvasRenderingContext2D

  constructor(mask: Uint8Array, size: Size, colour: Colour) {
    this.mask = mask
    this.size = size
    this.colour = colour
    this.canvas = new OffscreenCanvas(size.width, size.height)
    const context = this.canvas.getContext('2d')
    if (context === null) throw new Error('No 2D canvas')
    this.context = context
    this.outline = outlineOf(mask, size)
    this.update({ left: 0, top: 0, ...size })
  }

  /** Redraws what a stroke has touched. */
  update({ left, top, width, height }: Rectangle): void {
    if (width <= 0 || height <= 0) return
    const image = this.context.createImageData(width, height)
    const words = new Uint32Array(image.data.buffer)
    const [red, green, blue] = this.colour
    const word = 0xff000000 | (blue << 16) | (green << 8) | red
    for (let y = 0; y < height; y++) {
      const from = (top + y) * this.size.width + left
      for (let x = 0; x < width; x++) if (this.mask[from + x] !== 0) words[y * width + x] = word
    }
    this.context.putImageData(image, left, top)
  }

  retrace(): void {
    this.outline = outlineOf(this.mask, this.size)
  }
}

export function outlineOf(mask: Uint8Array, { width, height }: Size): Path2D {
  const path = new Path2D()
  for (const ring of traceContours(mask, height, width)) {
    path.moveTo(ring[0] ?? 0, ring[1] ?? 0)
    for (let i = 2; i < ring.length; i += 2) path.lineTo(ring[i] ?? 0, ring[i + 1] ?? 0)
    path.closePath()
  }
  return path
}
