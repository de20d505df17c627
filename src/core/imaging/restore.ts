import type { SliceGeometry } from './geometry'
import { cropTopLeft } from './pad'
import { resizeCubic } from './resize-cubic'
import { resizeLinear } from './resize-linear'

/**
 * Brings the decoder's logits back to the slice: bicubic straight to its size with `stretch` (the official code);
 * with `pad` bilinear to the square, the padding cut off, bilinear to its size.
 *
 * @param lowRes - [m, m] logits on the model's square
 * @returns [height, width] logits of the slice
 */
export function restoreMask(lowRes: Float32Array, geometry: SliceGeometry): Float32Array {
  const { height, width, resolution, fittedHeight, fittedWidth } = geometry
  const side = Math.round(Math.sqrt(lowRes.length))
  if (geometry.fit === 'stretch') return resizeCubic(lowRes, [1, side, side], [height, width])
  const square =
    side === resolution ? lowRes : resizeLinear(lowRes, [1, side, side], [resolution, resolution])
  const part = cropTopLeft(square, [resolution, resolution], [fittedHeight, fittedWidth])
  return resizeLinear(part, [1, fittedHeight, fittedWidth], [height, width])
}
