/**
 * Nearest-neighbour resize of a one-channel map, as OpenCV's INTER_NEAREST: source index floor(d * 1 / (to / from)).
 *
 * @param source - [height, width], any element type
 * @param from - [height, width] of the source
 * @param to - [height, width] wanted
 * @returns [height, width] of the same type
 */
export function resizeNearest<T extends Uint8Array | Uint16Array | Int32Array | Float32Array>(
  source: T,
  from: readonly [number, number],
  to: readonly [number, number],
): T {
  const [height, width] = to
  const rows = nearestIndices(from[0], height)
  const columns = nearestIndices(from[1], width)
  // The constructor of a typed array makes its own type, which TypeScript does not know.
  const result = new (source.constructor as new (length: number) => T)(height * width)
  for (let y = 0; y < height; y++) {
    // rows and columns hold valid indices of the source, so the elements exist.
    const start = rows[y]! * from[1]
    for (let x = 0; x < width; x++) result[y * width + x] = source[start + columns[x]!]!
  }
  return result
}

function nearestIndices(from: number, to: number): Int32Array {
  const scale = 1 / (to / from)
  return Int32Array.from({ length: to }, (_, index) => Math.min(from - 1, Math.floor(index * scale)))
}
