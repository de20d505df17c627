/** Kinds of torch's `interpolate` with align_corners=False and no antialias. */
export type Interpolation = 'bilinear' | 'bicubic'

/** Which source elements make each result element of one axis: `width` of them, with their weights. */
export interface Taps {
  readonly width: 2 | 4
  /** [to * width], clamped to the axis */
  readonly indices: Int32Array
  /** [to * width] */
  readonly weights: Float32Array
}

/** Keys' cubic kernel constant, as in torch and OpenCV. */
const a = -0.75

/**
 * Source coordinates are scale * (d + 0.5) - 0.5 with scale = from / to; bilinear clamps them at 0, bicubic does not
 * and repeats the border instead. All of it in float32, as torch does for a float32 tensor.
 */
export function interpolationTaps(kind: Interpolation, from: number, to: number): Taps {
  const f = Math.fround
  const width = kind === 'bilinear' ? 2 : 4
  const indices = new Int32Array(to * width)
  const weights = new Float32Array(to * width)
  const scale = f(from / to)
  for (let index = 0; index < to; index++) {
    const source = from === to ? index : f(f(scale * f(index + 0.5)) - 0.5)
    const clamped = kind === 'bilinear' ? Math.max(0, source) : source
    const whole = Math.floor(clamped)
    const rest = f(clamped - whole)
    const values = kind === 'bilinear' ? [f(1 - rest), rest] : cubicWeights(rest)
    values.forEach((weight, tap) => {
      const at = whole + tap - (width === 4 ? 1 : 0)
      indices[index * width + tap] = Math.min(from - 1, Math.max(0, at))
      weights[index * width + tap] = weight
    })
  }
  return { width, indices, weights }
}

/**
 * Weights of the pixels at -1, 0, 1 and 2 for a position t in [0, 1) between 0 and 1. Every step is rounded to
 * float32 as in torch: the same few weights recur along an axis, so a difference in them does not average out.
 * The four sum to 1 within 1e-6.
 */
function cubicWeights(t: number): number[] {
  const f = Math.fround
  const near = (x: number): number => f(f(f(f(f((a + 2) * x) - (a + 3)) * x) * x) + 1)
  const far = (x: number): number => f(f(f(f(f(f(a * x) - 5 * a) * x) + 8 * a) * x) - 4 * a)
  return [far(f(t + 1)), near(t), near(f(1 - t)), far(f(f(1 - t) + 1))]
}

/**
 * The interpolation of one axis as a matrix, so that out = M_y in M_x^T and its gradient uses the transposes.
 *
 * @returns [to, from], row-major; each row sums to 1 within 1e-6
 */
export function interpolationMatrix(kind: Interpolation, from: number, to: number): Float32Array {
  const { width, indices, weights } = interpolationTaps(kind, from, to)
  const matrix = new Float32Array(to * from)
  for (let at = 0; at < indices.length; at++) {
    // The taps of a row may fall on the same clamped column; both arrays have the length of `indices`.
    const cell = Math.floor(at / width) * from + indices[at]!
    matrix[cell] = matrix[cell]! + weights[at]!
  }
  return matrix
}

/**
 * Interpolates planes along both axes, columns of each row first, then rows; sums in float64, planes in float32.
 *
 * @param source - [planes, height, width]
 * @returns [planes, newHeight, newWidth]
 */
export function interpolate(
  kind: Interpolation,
  source: Float32Array,
  size: { planes: number; from: readonly [number, number]; to: readonly [number, number] },
): Float32Array {
  const [height, width] = size.from
  const [newHeight, newWidth] = size.to
  if (source.length !== size.planes * height * width) {
    throw new RangeError(`${source.length} values do not fill ${size.planes} planes of ${height} x ${width}`)
  }
  const columns = interpolationTaps(kind, width, newWidth)
  const rows = interpolationTaps(kind, height, newHeight)
  const across = new Float32Array(size.planes * height * newWidth)
  for (let row = 0; row < size.planes * height; row++) {
    blendRow(source, row * width, { taps: columns, into: across, at: row * newWidth, count: newWidth })
  }
  const result = new Float32Array(size.planes * newHeight * newWidth)
  for (let plane = 0; plane < size.planes; plane++) {
    const shape = { newHeight, newWidth }
    blendRows(
      across.subarray(plane * height * newWidth),
      rows,
      shape,
      result.subarray(plane * newHeight * newWidth),
    )
  }
  return result
}

function blendRow(
  source: Float32Array,
  start: number,
  { taps, into, at, count }: { taps: Taps; into: Float32Array; at: number; count: number },
): void {
  const { width, indices, weights } = taps
  // Taps are clamped to the row, so every element exists. Written out, because a loop over two or four takes three times
  // as long, which a person who drags a box would feel.
  if (width === 2) {
    for (let x = 0, tap = 0; x < count; x++, tap += 2) {
      into[at + x] =
        weights[tap]! * source[start + indices[tap]!]! +
        weights[tap + 1]! * source[start + indices[tap + 1]!]!
    }
    return
  }
  for (let x = 0, tap = 0; x < count; x++, tap += 4) {
    into[at + x] =
      weights[tap]! * source[start + indices[tap]!]! +
      weights[tap + 1]! * source[start + indices[tap + 1]!]! +
      weights[tap + 2]! * source[start + indices[tap + 2]!]! +
      weights[tap + 3]! * source[start + indices[tap + 3]!]!
  }
}

function blendRows(
  across: Float32Array,
  { width, indices, weights }: Taps,
  { newHeight, newWidth }: { newHeight: number; newWidth: number },
  into: Float32Array,
): void {
  for (let y = 0; y < newHeight; y++) {
    // Taps are clamped to the plane, so every element exists.
    const line = (tap: number): Float32Array => {
      const start = indices[y * width + tap]! * newWidth
      return across.subarray(start, start + newWidth)
    }
    const [first, second, out] = [line(0), line(1), into.subarray(y * newWidth, (y + 1) * newWidth)]
    const [w0, w1] = [weights[y * width]!, weights[y * width + 1]!]
    if (width === 2) {
      for (let x = 0; x < newWidth; x++) out[x] = w0 * first[x]! + w1 * second[x]!
      continue
    }
    const [third, fourth] = [line(2), line(3)]
    const [w2, w3] = [weights[y * width + 2]!, weights[y * width + 3]!]
    for (let x = 0; x < newWidth; x++) {
      out[x] = w0 * first[x]! + w1 * second[x]! + w2 * third[x]! + w3 * fourth[x]!
    }
  }
}
