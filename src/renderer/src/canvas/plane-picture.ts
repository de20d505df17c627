import type { WindowLevel } from '../../../shared/domain/window-level'
import type { LoadedSlice } from '../stores/slice-pixels'
import { SlicePicture } from './slice-picture'

interface Painted {
  readonly picture: SlicePicture
  readonly window: WindowLevel
}

const painted = new WeakMap<LoadedSlice, Painted>()

/** A slice as it is looked at, painted once for each window. @param window - null: the slice's own */
export function planePicture(loaded: LoadedSlice, window: WindowLevel | null = null): OffscreenCanvas {
  const { slice, samples } = loaded
  const wanted = window ?? slice.window ?? slice.autoWindow
  const known = painted.get(loaded)
  if (known?.window.centre === wanted.centre && known.window.width === wanted.width)
    return known.picture.canvas
  const picture = known?.picture ?? new SlicePicture(samples, slice.width, slice.height, slice.channels)
  picture.paint(wanted)
  painted.set(loaded, { picture, window: wanted })
  return picture.canvas
}
