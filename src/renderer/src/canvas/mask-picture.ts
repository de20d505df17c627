import { traceContours } from '../../../shared/masks/contours'
import type { Rectangle } from './box-corners'
import type { Size } from './viewport'

/** Red, green, blue. */
export type Colour = readonly [number, number, number]

/** The picture of a mask: truth is the mask, this is what the stage draws. One opaque colour; opacity comes later. */
export class MaskPicture {
  readonly canvas: OffscreenCanvas
  readonly mask: Uint8Array
  readonly size: Size
  private readonly colour: Colour
  private readonly part: Rectangle
  private readonly context: OffscreenCanvasRenderingContext2D
  private traced: Path2D | null = null

  /** @param part - holds all set pixels: what lies around it is not looked at, which counts on large slices */
  constructor(mask: Uint8Array, size: Size, colour: Colour, part: Rectangle = { left: 0, top: 0, ...size }) {
    this.mask = mask
    this.size = size
    this.colour = colour
    this.part = part
    this.canvas = new OffscreenCanvas(size.width, size.height)
    const context = this.canvas.getContext('2d')
    if (context === null) throw new Error('No 2D canvas')
    this.context = context
    this.update(part)
  }

  /** Redraws what a stroke has touched. Its outline is that of before: who paints looks at the fill. */
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

  /** Along the sides of the pixels. */
  get outline(): Path2D {
    this.traced ??= outlineOf(this.mask, this.size, this.part)
    return this.traced
  }
}

/** @param part - holds all set pixels */
export function outlineOf(
  mask: Uint8Array,
  size: Size,
  part: Rectangle = { left: 0, top: 0, width: size.width, height: size.height },
): Path2D {
  const { left, top, width, height } = part
  const cut = new Uint8Array(width * height)
  for (let y = 0; y < height; y++) {
    const from = (top + y) * size.width + left
    cut.set(mask.subarray(from, from + width), y * width)
  }
  const path = new Path2D()
  for (const ring of traceContours(cut, height, width)) {
    path.moveTo((ring[0] ?? 0) + left, (ring[1] ?? 0) + top)
    for (let i = 2; i < ring.length; i += 2) path.lineTo((ring[i] ?? 0) + left, (ring[i + 1] ?? 0) + top)
    path.closePath()
  }
  return path
}
