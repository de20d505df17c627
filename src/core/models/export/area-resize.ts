import type { OnnxWriter } from './onnx-writer'
import type { PictureSize } from './picture-size'

/** One axis: sizes before and after, [1] of int64. */
interface Axis {
  readonly from: string
  readonly to: string
}

/** Arithmetic in double precision, in which OpenCV computes where a pixel falls. */
class Exact {
  readonly #writer: OnnxWriter

  constructor(writer: OnnxWriter) {
    this.#writer = writer
  }

  of(value: string): string {
    return this.#writer.cast(value, 'double')
  }

  constant(value: number): string {
    return this.of(this.#writer.floats([1], [value]))
  }

  /** 0, 1, … of an axis */
  indices(count: string): string {
    const scalar = this.#writer.op('Squeeze', [count])
    const range = this.#writer.op('Range', [this.#writer.int64Scalar(0), scalar, this.#writer.int64Scalar(1)])
    return this.of(range)
  }

  op(opType: string, ...inputs: string[]): string {
    return this.#writer.op(opType, inputs)
  }

  /** As OpenCV computes it: from / to can differ in the last bit. */
  scale({ from, to }: Axis): string {
    return this.op('Div', this.constant(1), this.op('Div', this.of(to), this.of(from)))
  }
}

/** Parts of a source pixel up to this size are left out, in pixels (OpenCV). */
const negligible = 1e-3

/**
 * What each result pixel takes of each source pixel where the axis shrinks: the overlap of the two.
 *
 * @returns [to, from], float
 */
function overlapMatrix(writer: OnnxWriter, axis: Axis): string {
  const exact = new Exact(writer)
  const scale = exact.scale(axis)
  const columns = writer.op('Unsqueeze', [exact.indices(axis.to), writer.int64([1])])
  const start = exact.op('Mul', columns, scale) // [to, 1]
  const end = exact.op('Add', start, scale)
  const cell = exact.op('Min', scale, exact.op('Sub', exact.of(axis.from), start))
  const pixel = writer.op('Unsqueeze', [exact.indices(axis.from), writer.int64([0])]) // [1, from]
  const last = exact.op('Min', end, exact.op('Add', pixel, exact.constant(1)))
  const overlap = exact.op('Sub', last, exact.op('Max', start, pixel)) // [to, from]
  const kept = writer.op('Greater', [overlap, exact.constant(negligible)])
  const share = exact.op('Div', writer.op('Where', [kept, overlap, exact.constant(0)]), cell)
  return writer.cast(share, 'float')
}

/** Whole numbers: halves to the even one, but 2 x 2 boxes round them up, as OpenCV does. */
function areaMean(writer: OnnxWriter, bytes: string, [rows, columns]: readonly [Axis, Axis]): string {
  const across = writer.op('Transpose', [overlapMatrix(writer, columns)], { perm: { ints: [1, 0] } })
  // Columns of each row first, as our own code: a mean of halves is rounded by its last bit.
  const sums = writer.op('MatMul', [overlapMatrix(writer, rows), writer.op('MatMul', [bytes, across])])
  const isHalf = ({ from, to }: Axis): string =>
    writer.op('Equal', [writer.op('Mul', [to, writer.int64([2])]), from])
  const halved = writer.op('And', [isHalf(rows), isHalf(columns)])
  const halfUp = writer.op('Floor', [writer.op('Add', [sums, writer.float(0.5)])])
  return writer.op('Where', [halved, halfUp, writer.op('Round', [sums])])
}

/** Weights of 11 bits, as OpenCV's fixed-point path. */
const fixedOne = 2048

interface Taps {
  /** [to] of int64 */
  readonly first: string
  readonly second: string
  /** [to] of double, whole numbers */
  readonly weights: readonly [string, string]
}

/** The "area" phase of `areaBlend`, whose weights are float32. */
function taps(writer: OnnxWriter, axis: Axis): Taps {
  const exact = new Exact(writer)
  const index = exact.indices(axis.to)
  const first = exact.op('Floor', exact.op('Mul', index, exact.scale(axis)))
  const one = exact.constant(1)
  const inverse = exact.op('Div', exact.of(axis.to), exact.of(axis.from))
  const reached = exact.op('Mul', exact.op('Add', first, one), inverse)
  const phase = writer.cast(exact.op('Sub', exact.op('Add', index, one), reached), 'float')
  const rest = writer.op('Sub', [phase, writer.op('Floor', [phase])])
  const isAhead = writer.op('Greater', [phase, writer.float(0)])
  const fraction = writer.op('Where', [isAhead, rest, writer.float(0)])
  const fixed = (share: string): string =>
    exact.of(writer.op('Round', [writer.op('Mul', [share, writer.float(fixedOne)])]))
  const last = writer.op('Sub', [axis.from, writer.int64([1])])
  const pixel = (value: string): string => writer.op('Min', [writer.cast(value, 'int64'), last])
  return {
    first: pixel(first),
    second: pixel(exact.op('Add', first, one)),
    weights: [fixed(writer.op('Sub', [writer.float(1), fraction])), fixed(fraction)],
  }
}

/** As `areaBlend` for bytes, digit by digit: each product is cut to its own bits before they are added. */
function areaBlend(writer: OnnxWriter, bytes: string, [rows, columns]: readonly [Axis, Axis]): string {
  const exact = new Exact(writer)
  const take = (from: string, pixels: string, axis: number): string =>
    writer.op('Gather', [from, pixels], { axis: { int: axis } })
  const picture = exact.of(bytes)
  const x = taps(writer, columns)
  const across = exact.op(
    'Add',
    exact.op('Mul', take(picture, x.first, 3), x.weights[0]),
    exact.op('Mul', take(picture, x.second, 3), x.weights[1]),
  ) // [1, 3, height, fittedWidth]
  const cut = (value: string, divisor: number): string =>
    exact.op('Floor', exact.op('Div', value, exact.constant(divisor)))
  const y = taps(writer, rows)
  const part = (pixels: string, weight: string): string => {
    const column = writer.op('Unsqueeze', [weight, writer.int64([1])]) // [fittedHeight, 1]
    return cut(exact.op('Mul', cut(take(across, pixels, 2), 16), column), 65536)
  }
  const sum = exact.op('Add', part(y.first, y.weights[0]), part(y.second, y.weights[1]))
  return writer.cast(cut(exact.op('Add', sum, exact.constant(2)), 4), 'float')
}

/**
 * INTER_AREA of an 8-bit picture to its part of the model's square, as `resizeArea`.
 *
 * @param picture - [1, 3, height, width], value / 255
 * @returns [1, 3, fittedHeight, fittedWidth], whole numbers from 0 to 255
 */
export function areaResized(writer: OnnxWriter, picture: string, size: PictureSize): string {
  const bytes = writer.op('Round', [writer.op('Mul', [picture, writer.float(255)])])
  const rows = { from: size.height, to: size.fittedHeight }
  const columns = { from: size.width, to: size.fittedWidth }
  const grows = ({ from, to }: Axis): string => writer.op('Greater', [to, from])
  const isBlend = writer.op('Or', [grows(rows), grows(columns)])
  return writer.op('Where', [
    isBlend,
    areaBlend(writer, bytes, [rows, columns]),
    areaMean(writer, bytes, [rows, columns]),
  ])
}
