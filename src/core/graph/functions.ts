import { invariant } from '../../shared/errors'
import type { Shape } from '../tensor/shape'
import { sameShape, sizeOf } from '../tensor/shape'
import type { OpBuilder, Value } from './op'

/** The vocabulary in which models, losses and gradients are written: one function an op, then short compositions. */
type G = OpBuilder

export const add = (g: G, a: Value, b: Value): Value => g.op('Add', [a, b])
export const sub = (g: G, a: Value, b: Value): Value => g.op('Sub', [a, b])
export const mul = (g: G, a: Value, b: Value): Value => g.op('Mul', [a, b])
export const div = (g: G, a: Value, b: Value): Value => g.op('Div', [a, b])
export const neg = (g: G, x: Value): Value => g.op('Neg', [x])
export const abs = (g: G, x: Value): Value => g.op('Abs', [x])
export const exp = (g: G, x: Value): Value => g.op('Exp', [x])
export const log = (g: G, x: Value): Value => g.op('Log', [x])
export const sqrt = (g: G, x: Value): Value => g.op('Sqrt', [x])
export const erf = (g: G, x: Value): Value => g.op('Erf', [x])
/** log(1 + exp(x)), exact at both ends. */
export const softplus = (g: G, x: Value): Value => g.op('Softplus', [x])
export const sigmoid = (g: G, x: Value): Value => g.op('Sigmoid', [x])
export const sin = (g: G, x: Value): Value => g.op('Sin', [x])
export const cos = (g: G, x: Value): Value => g.op('Cos', [x])
export const gelu = (g: G, x: Value): Value => g.op('Gelu', [x])
export const relu = (g: G, x: Value): Value => g.op('Relu', [x])

/** 1 where a > b, else 0; carries no gradient. */
export const greater = (g: G, a: Value, b: Value): Value => g.op('Cast', [g.op('Greater', [a, b])])
/** 1 where a < b, else 0; carries no gradient. */
export const less = (g: G, a: Value, b: Value): Value => g.op('Cast', [g.op('Less', [a, b])])

/** Sums over `axes`, which stay as dimensions of 1. */
export const reduceSum = (g: G, x: Value, axes: readonly number[]): Value => g.op('ReduceSum', [x], { axes })
export const reduceMean = (g: G, x: Value, axes: readonly number[]): Value =>
  g.op('ReduceMean', [x], { axes })
/** Smallest value over `axes`; carries no gradient. */
export const reduceMin = (g: G, x: Value, axes: readonly number[]): Value => g.op('ReduceMin', [x], { axes })

export const transpose = (g: G, x: Value, permutation: readonly number[]): Value =>
  g.op('Transpose', [x], { permutation })
export const concat = (g: G, parts: readonly Value[], axis: number): Value => g.op('Concat', parts, { axis })
/** Zeros around: `before[i]` and `after[i]` elements along axis i. */
export const pad = (g: G, x: Value, before: readonly number[], after: readonly number[]): Value =>
  g.op('Pad', [x], { before, after })
export const matmul = (g: G, a: Value, b: Value): Value => g.op('MatMul', [a, b])
export const softmax = (g: G, x: Value): Value => g.op('Softmax', [x])

export function reshape(g: G, x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : g.op('Reshape', [x], { shape })
}

export function expand(g: G, x: Value, shape: Shape): Value {
  return sameShape(x.shape, shape) ? x : g.op('Expand', [x], { shape })
}

/** Elements `start` to `end - 1` along one axis. */
export function slice(g: G, x: Value, axis: number, start: number, end: number): Value {
  return start === 0 && end === x.shape[axis] ? x : g.op('Slice', [x], { axis, start, end })
}

interface GemmOptions {
  readonly transA?: boolean
  readonly transB?: boolean
  readonly alpha?: number
  /** Added to the product; broadcast over rows */
  readonly c?: Value
}

/** alpha * op(a) @ op(b) + c, for matrices. */
export function gemm(g: G, a: Value, b: Value, options: GemmOptions = {}): Value {
  const { transA = false, transB = false, alpha = 1, c } = options
  return g.op('Gemm', c ? [a, b, c] : [a, b], { transA, transB, alpha })
}

interface ConvOptions {
  /** [cout] */
  readonly bias?: Value
  readonly stride?: number
  readonly dilation?: number
  /** 1, or one a channel: depthwise */
  readonly groups?: number
  /** Zeros before the rows, before the columns, after the rows, after the columns; left out: half the kernel */
  readonly pads?: readonly number[]
}

/** 2-D convolution of [batch, cin, h, w] with [cout, cin / groups, kh, kw]. */
export function conv(g: G, x: Value, w: Value, { bias, ...attributes }: ConvOptions = {}): Value {
  return g.op('Conv', bias ? [x, w, bias] : [x, w], attributes)
}

/** Normalises the last axis, then scales and shifts. @see Ba et al. 2016, "Layer Normalization" */
export const layerNormalization = (g: G, x: Value, scale: Value, bias: Value, epsilon: number): Value =>
  g.op('LayerNormalization', [x, scale, bias], { epsilon })

export const scalar = (g: G, value: number): Value => g.constant([], [value])
export const addScalar = (g: G, x: Value, value: number): Value => add(g, x, scalar(g, value))
export const mulScalar = (g: G, x: Value, value: number): Value => mul(g, x, scalar(g, value))
export const square = (g: G, x: Value): Value => mul(g, x, x)

/** The divisor of `n` nearest below its root. */
function nearRoot(n: number): number {
  for (let divisor = Math.floor(Math.sqrt(n)); divisor > 1; divisor--) if (n % divisor === 0) return divisor
  return 1
}

/**
 * Sum over a long last axis, which stays as 1. In two steps: one float32 sum of a million terms loses two digits
 * (seen in the decoder's group norm at 1024 pixels: 2.8e-4 on the logits, in two steps 2.7e-5).
 */
export function longSum(g: G, x: Value): Value {
  const n = x.shape.at(-1) ?? 1
  const outer = x.shape.slice(0, -1)
  const parts = nearRoot(n)
  const sums = reduceSum(g, reshape(g, x, [...outer, parts, n / parts]), [outer.length + 1])
  return reshape(g, reduceSum(g, sums, [outer.length]), [...outer, 1])
}

/** Mean over a long last axis, in two steps as `longSum`. */
export const longMean = (g: G, x: Value): Value => mulScalar(g, longSum(g, x), 1 / (x.shape.at(-1) ?? 1))

/** Sum over everything, as a scalar. */
export function sumAll(g: G, x: Value): Value {
  return reshape(g, reduceSum(g, reshape(g, x, [sizeOf(x.shape)]), [0]), [])
}

export function meanAll(g: G, x: Value): Value {
  return mulScalar(g, sumAll(g, x), 1 / sizeOf(x.shape))
}

/** Undoes broadcasting: sums a gradient down to the shape of the operand that was broadcast. */
export function sumToShape(g: G, gradient: Value, shape: Shape): Value {
  if (sameShape(gradient.shape, shape)) return gradient
  const extra = gradient.shape.length - shape.length
  invariant(extra >= 0, 'a gradient has at least the rank of its operand')
  const axes = gradient.shape.flatMap((dimension, axis) => {
    const own = axis < extra ? 1 : (shape[axis - extra] ?? 1)
    return axis < extra || (own === 1 && dimension !== 1) ? [axis] : []
  })
  return reshape(g, axes.length > 0 ? reduceSum(g, gradient, axes) : gradient, shape)
}
