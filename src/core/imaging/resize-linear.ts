import { interpolate } from './interpolation'

/**
 * Bilinear resize as torch's `interpolate(mode="bilinear", align_corners=False, antialias=False)`.
 *
 * @param source - [channels, height, width]
 * @param from - [channels, height, width]
 * @param to - [height, width] wanted
 * @returns [channels, height, width]
 */
export function resizeLinear(
  source: Float32Array,
  from: readonly [number, number, number],
  to: readonly [number, number],
): Float32Array {
  return interpolate('bilinear', source, { planes: from[0], from: [from[1], from[2]], to })
}
