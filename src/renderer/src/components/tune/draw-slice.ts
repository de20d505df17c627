import { decodeRuns, type RunLengths } from '../../../../shared/masks/rle'
import { outlineOf } from '../../canvas/mask-picture'
import { SlicePicture } from '../../canvas/slice-picture'
import type { LoadedSlice } from '../../stores/slice-pixels'

/** A mask to draw on a slice. */
export interface MaskLayer {
  readonly runs: RunLengths
  /** A colour of the canvas: pixels look the same in both themes */
  readonly colour: string
  /** 0: outline only */
  readonly fill: number
  readonly dashed?: boolean
  /** Part of the slice's width, [from, to], in which it is drawn; the whole where it is left out */
  readonly between?: readonly [number, number]
}

export interface DrawOptions {
  readonly layers: readonly MaskLayer[]
  /** `cover` cuts what does not fit; `contain` shows all */
  readonly fit: 'cover' | 'contain'
  /** Device pixels of a pixel of the page */
  readonly ratio: number
}

const pictures = new WeakMap<LoadedSlice, OffscreenCanvas>()
const outlines = new WeakMap<RunLengths, Path2D>()

/** Where a slice of this size lies on the canvas. */
export function placeOf(
  { width, height }: { readonly width: number; readonly height: number },
  canvas: { readonly width: number; readonly height: number },
  fit: DrawOptions['fit'],
): { readonly x: number; readonly y: number; readonly scale: number } {
  const scales = [canvas.width / width, canvas.height / height] as const
  const scale = fit === 'cover' ? Math.max(...scales) : Math.min(...scales)
  return { scale, x: (canvas.width - scale * width) / 2, y: (canvas.height - scale * height) / 2 }
}

/** Draws a slice as it is windowed, with masks on it: to look at, not to work on. */
export function drawSlice(
  canvas: HTMLCanvasElement,
  loaded: LoadedSlice,
  { layers, fit, ratio }: DrawOptions,
): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { slice } = loaded
  const { x, y, scale } = placeOf(slice, canvas, fit)
  context.reset()
  context.translate(x, y)
  context.scale(scale, scale)
  context.imageSmoothingEnabled = scale < 2
  context.imageSmoothingQuality = 'high'
  context.drawImage(pictureOf(loaded), 0, 0)
  for (const layer of layers) drawLayer(context, loaded, layer, ratio / scale)
}

function drawLayer(
  context: CanvasRenderingContext2D,
  { slice }: LoadedSlice,
  { runs, colour, fill, dashed = false, between }: MaskLayer,
  unit: number,
): void {
  const outline = cachedOutline(runs, slice)
  context.save()
  if (between) {
    const region = new Path2D()
    region.rect(between[0] * slice.width, 0, (between[1] - between[0]) * slice.width, slice.height)
    context.clip(region)
  }
  context.lineJoin = 'round'
  context.fillStyle = colour
  context.globalAlpha = fill
  if (fill > 0) context.fill(outline)
  context.globalAlpha = 1
  // A casing of black, so that the line is seen on bright tissue too.
  context.strokeStyle = 'rgb(0 0 0 / 0.6)'
  context.lineWidth = 3.5 * unit
  if (dashed) context.setLineDash([4 * unit, 3 * unit])
  context.stroke(outline)
  context.strokeStyle = colour
  context.lineWidth = 1.5 * unit
  context.stroke(outline)
  context.restore()
}

function cachedOutline(runs: RunLengths, { width, height }: LoadedSlice['slice']): Path2D {
  const known = outlines.get(runs)
  if (known) return known
  const outline = outlineOf(decodeRuns(runs, width * height), { width, height })
  outlines.set(runs, outline)
  return outline
}

function pictureOf(loaded: LoadedSlice): OffscreenCanvas {
  const known = pictures.get(loaded)
  if (known) return known
  const { slice, samples } = loaded
  const picture = new SlicePicture(samples, slice.width, slice.height, slice.channels)
  picture.paint(slice.window ?? slice.autoWindow)
  pictures.set(loaded, picture.canvas)
  return picture.canvas
}
