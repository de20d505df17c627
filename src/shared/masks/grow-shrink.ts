import { distanceTransform } from './distance'

/**
 * Adds every pixel whose centre is at most `radius` from a pixel of the mask: dilation by a disc.
 *
 * @param mask - [height, width], non-zero is foreground
 * @param radius - pixels, at least 0
 * @returns 0 or 1, a new array
 * @throws RangeError when the mask does not fill height x width
 * @see scipy.ndimage.binary_dilation with a disc
 */
export function grow(mask: Uint8Array, height: number, width: number, radius: number): Uint8Array {
  const distances = distanceTransform(mask, height, width, [1, 1], { to: 'foreground' })
  return where(distances, distance => distance <= radius)
}

/**
 * Takes away every pixel whose centre is at most `radius` from one outside the mask: erosion by a disc. The frame of the
 * picture takes nothing away, because nobody knows what is behind it.
 *
 * @param mask - [height, width], non-zero is foreground
 * @param radius - pixels, at least 0
 * @returns 0 or 1, a new array
 * @throws RangeError when the mask does not fill height x width
 * @see scipy.ndimage.binary_erosion with a disc and border_value 1
 */
export function shrink(mask: Uint8Array, height: number, width: number, radius: number): Uint8Array {
  const distances = distanceTransform(mask, height, width)
  return where(distances, distance => distance > radius)
}

function where(distances: Float64Array, holds: (distance: number) => boolean): Uint8Array {
  const mask = new Uint8Array(distances.length)
  // index < length
  for (let index = 0; index < mask.length; index++) mask[index] = holds(distances[index]!) ? 1 : 0
  return mask
}
