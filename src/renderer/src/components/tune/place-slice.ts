import { coverViewport, fitViewport, pixelShapeOf, type Size, type Viewport } from '../../canvas/viewport'
import type { LoadedSlice } from '../../stores/slice-pixels'

/** `cover` cuts what does not fit; `contain` shows all */
export type Fit = 'cover' | 'contain'

const noPadding = { top: 0, side: 0, bottom: 0 }

/** Where a slice lies in a room, in CSS pixels; its own are as long and wide as its spacing says. */
export function placeSlice(
  slice: Pick<LoadedSlice['slice'], 'width' | 'height' | 'spacingMm'>,
  room: Size,
  fit: Fit,
): Viewport {
  const shape = pixelShapeOf(slice.spacingMm)
  return fit === 'cover' ? coverViewport(slice, room, shape) : fitViewport(slice, room, noPadding, shape)
}
