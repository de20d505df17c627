import { areaBlend } from './area-enlarge'
import { scaleOf } from './area-rules'
import { boxMean, overlapMean } from './area-shrink'
import type { AreaTensor } from './picture'
import { pictureSize } from './picture'

/**
 * Resize by OpenCV's INTER_AREA, bit for bit (4.10 and 5.0): box mean for whole ratios, overlap-weighted mean for
 * other reductions, and as soon as one axis grows, a two-tap blend whose phase is not that of a bilinear resize.
 *
 * @param image - [height, width] or [height, width, channels]
 * @param to - [height, width] wanted
 * @returns the same type and number of axes
 */
export function resizeArea(image: AreaTensor, to: readonly [number, number]): AreaTensor {
  const { height, width, channels } = pictureSize(image)
  const [newHeight, newWidth] = to
  const shape = image.shape.length === 2 ? [newHeight, newWidth] : [newHeight, newWidth, channels]
  if (newHeight === height && newWidth === width)
    return { dtype: image.dtype, shape, data: image.data.slice() }

  const size = { height, width, channels, newHeight, newWidth }
  const scaleY = scaleOf(height, newHeight)
  const scaleX = scaleOf(width, newWidth)
  if (scaleX < 1 || scaleY < 1) return { dtype: image.dtype, shape, data: areaBlend(image, size) }
  const whole = isWhole(scaleX) && isWhole(scaleY)
  return { dtype: image.dtype, shape, data: whole ? boxMean(image, size) : overlapMean(image, size) }
}

function isWhole(scale: number): boolean {
  return Math.abs(scale - Math.round(scale)) < Number.EPSILON
}
