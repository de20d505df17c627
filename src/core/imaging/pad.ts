/**
 * Puts planes into the top left corner of a square; the rest, right and below, is zero.
 *
 * @param source - [planes, height, width], height and width at most `side`
 * @returns [planes, side, side] of the same type
 */
export function padToSquare<T extends Float32Array | Uint8Array | Int32Array>(
  source: T,
  from: readonly [planes: number, height: number, width: number],
  side: number,
): T {
  const [planes, height, width] = from
  if (height > side || width > side)
    throw new RangeError(`${height} x ${width} does not fit into ${side} x ${side}`)
  // The constructor of a typed array makes its own type, which TypeScript does not know.
  const result = new (source.constructor as new (length: number) => T)(planes * side * side)
  for (let row = 0; row < planes * height; row++) {
    const plane = Math.floor(row / height)
    const target = (plane * side + (row % height)) * side
    result.set(source.subarray(row * width, (row + 1) * width), target)
  }
  return result
}

/**
 * The top left part of a plane.
 *
 * @param source - [height, width]
 * @returns [to[0], to[1]]
 */
export function cropTopLeft(
  source: Float32Array,
  from: readonly [height: number, width: number],
  to: readonly [height: number, width: number],
): Float32Array {
  if (to[0] > from[0] || to[1] > from[1])
    throw new RangeError(`[${to.join(', ')}] is not a part of [${from.join(', ')}]`)
  const result = new Float32Array(to[0] * to[1])
  for (let y = 0; y < to[0]; y++) result.set(source.subarray(y * from[1], y * from[1] + to[1]), y * to[1])
  return result
}
