/** Which way a slice is mirrored; both is a half turn. */
export interface Flip {
  readonly leftRight: boolean
  readonly upDown: boolean
}

/**
 * Mirrors a row-major picture or label map.
 *
 * @param source - [height, width, channels]
 * @returns a new array of the same type
 */
export function flipped<
  T extends Float64Array | Float32Array | Uint8Array | Uint16Array | Int16Array | Int32Array,
>(source: T, size: { height: number; width: number; channels?: number }, flip: Flip): T {
  const { height, width, channels = 1 } = size
  const result = source.slice() as T
  for (let y = 0; y < height; y++) {
    const fromRow = flip.upDown ? height - 1 - y : y
    for (let x = 0; x < width; x++) {
      const from = (fromRow * width + (flip.leftRight ? width - 1 - x : x)) * channels
      const to = (y * width + x) * channels
      // Mirrored indices stay within the picture.
      for (let channel = 0; channel < channels; channel++) result[to + channel] = source[from + channel]!
    }
  }
  return result
}
