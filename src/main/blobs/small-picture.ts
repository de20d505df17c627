import { longestSideSize } from '../../core/imaging/geometry'
import { windowFraction } from '../../shared/geometry/window-fraction'
import type { SliceSource } from '../inference/inference'
import { windowOf } from '../projects/auto-window'
import type { PixelReader } from '../projects/slice-pixels'
import { shrinkByMean } from './shrink-by-mean'

/** A slice made small, as it is seen under its window. */
export interface SmallPicture {
  /** [height, width, 3] */
  readonly rgb: Uint8Array
  readonly height: number
  readonly width: number
  /** Of the slice */
  readonly fullHeight: number
  readonly fullWidth: number
}

/** Of a thumbnail, pixels */
const longestSide = 160

/** @throws AppError what reading the slice can meet */
export async function smallPicture(reader: PixelReader, source: SliceSource): Promise<SmallPicture> {
  const { width, height, channels, sampleType, values } = await reader.pixels(source)
  const [smallHeight, smallWidth] =
    Math.max(width, height) > longestSide ? longestSideSize(height, width, longestSide) : [height, width]
  const small = shrinkByMean(values, { height, width, channels }, [smallHeight, smallWidth])
  // Of the few pixels that are shown: of all of them it takes longer than the rest of the work.
  const window = source.window ?? windowOf(small).autoWindow
  const fraction = windowFraction(window, sampleType.includes('int'))
  const rgb = new Uint8Array(smallHeight * smallWidth * 3)
  for (let at = 0; at < rgb.length; at++) {
    // Grey is repeated; both indices lie inside their arrays.
    rgb[at] = Math.round(fraction(small[channels === 3 ? at : Math.floor(at / 3)]!) * 255)
  }
  return { rgb, height: smallHeight, width: smallWidth, fullHeight: height, fullWidth: width }
}
