import { interpolate } from './interpolation'

/**
 * Bicubic resize as torch's `interpolate(mode="bicubic", align_corners=False, antialias=False)`, a = -0.75.
 * It overshoots: values may leave the range of the source.
 *
 * @param source - [channels, height, width]
 * @param from - [channels, height, width]
 * @param to - [height, width] wanted
 * @returns [channels, height, width]
 */
export function resizeCubic(
  source: Float32Array,
  from: readonly [number, number, number],
  to: readonly [number, number],
): Float32Array {
  return interpolate('bicubic', source, { planes: from[0], from: [from[1], from[2]], to })
}
