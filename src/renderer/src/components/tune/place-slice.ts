import { coverViewport, fitViewport, type Size, type Viewport } from '../../canvas/viewport'
import type { LoadedSlice } from '../../stores/slice-pixels'

/** `cover` cuts what does not fit; `contain` shows all */
export type Fit = 'cover' | 'contain'

const noPadding = { top: 0, side: 0, bottom: 0 }

/** Where a slice lies in a room, in CSS pixels. */
export function placeSlice(
  slice: Pick<LoadedSlice['slice'], 'width' | 'height'>,
  room: Size,
  fit: Fit,
): Viewport {
  return fit === 'cover' ? coverViewport(slice, room) : fitViewport(slice, room, noPadding)
}
