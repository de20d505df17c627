import { sameShape } from '../../tensor/shape'
import { concat, conv, gemm, longSum, pad, reduceSum, reshape, slice, transpose } from '../functions'
import type { Attributes, OpBuilder, OpDefinition, OpName, Value, ValueType } from '../op'
import { defineOp } from '../op'

/** Left out, the stride and dilation are 1, the groups 1, and the zeros around such that the size stays the same. */
type ConvAttributes = Attributes & {
  readonly stride?: number
  readonly dilation?: number
  readonly groups?: number
  /** Zeros before the rows, before the columns, after the rows, after the columns */
  readonly pads?: readonly number[]
}

interface Settings {
  readonly stride: number
  readonly dilation: number
  readonly groups: number
  readonly pads: readonly [number, number, number, number]
}

function settingsOf(attributes: ConvAttributes, kernel: readonly number[]): Settings {
  const { stride = 1, dilation = 1, groups = 1 } = attributes
  const [kh, kw] = kernel.slice(2) as [number, number]
  if (!attributes.pads && (kh % 2 === 0 || kw % 2 === 0)) {
    throw new Error('a same-size convolution needs an odd kernel')
  }
  const [py, px] = [(dilation * (kh - 1)) / 2, (dilation * (kw - 1)) / 2]
  const [top = py, left = px, bottom = py, right = px] = attributes.pads ?? []
  return { stride, dilation, groups, pads: [top, left, bottom, right] }
}

const padded = (g: OpBuilder, x: Value, [top, left, bottom, right]: readonly number[]): Value =>
  top || left || bottom || right ? pad(g, x, [0, 0, top ?? 0, left ?? 0], [0, 0, bottom ?? 0, right ?? 0]) : x

/**
 * Weight gradient at stride 1 without groups: for each kernel offset (i, j), dW[:, :, i, j] = dY x_shifted^T.
 * One image at a time, so that every product is a plain matrix product.
 */
function weightGradient(g: OpBuilder, x: Value, dy: Value, kernel: readonly [number, number]): Value {
  const [batch, cin] = x.shape as [number, number]
  const [, cout, height, width] = dy.shape as [number, number, number, number]
  const [kh, kw] = kernel
  const columns = Array.from({ length: batch }, (_, n) => {
    const image = slice(g, x, 0, n, n + 1)
    const shifted = Array.from({ length: kh * kw }, (_, offset) => {
      const i = Math.floor(offset / kw)
      const j = offset % kw
      const window = slice(g, slice(g, image, 2, i, i + height), 3, j, j + width)
      return reshape(g, window, [cin, height * width])
    })
    return shifted.length === 1 && shifted[0] ? shifted[0] : concat(g, shifted, 0) // [kh * kw * cin, height * width]
  })
  const all = columns.length === 1 && columns[0] ? columns[0] : concat(g, columns, 1)
  const dyRows = reshape(g, transpose(g, dy, [1, 0, 2, 3]), [cout, batch * height * width])
  const product = gemm(g, dyRows, all, { transB: true }) // [cout, kh * kw * cin]
  return transpose(g, reshape(g, product, [cout, kh, kw, cin]), [0, 3, 1, 2])
}

/**
 * Weight gradient in general, itself a convolution: dW[o, c, i, j] = sum over y, x of dY[o, y, x] X[c, s y + d i, s x + d j],
 * that is X under the kernel dY with stride d and dilation s. Channels and batch change places.
 */
function weightGradientByConvolution(
  g: OpBuilder,
  x: Value,
  dy: Value,
  { w, stride, dilation, groups }: { readonly w: Value } & Omit<Settings, 'pads'>,
): Value {
  const [batch, cin, height, width] = x.shape as [number, number, number, number]
  const [, cout, rows, columns] = dy.shape as [number, number, number, number]
  const [kh, kw] = w.shape.slice(2) as [number, number]
  const options = { stride: dilation, dilation: stride, pads: [0, 0, 0, 0] }
  const cut = (result: Value): Value => slice(g, slice(g, result, 2, 0, kh), 3, 0, kw)
  if (groups === 1) {
    const turned = [transpose(g, x, [1, 0, 2, 3]), transpose(g, dy, [1, 0, 2, 3])] as const // [cin, n, ..], [cout, n, ..]
    return transpose(g, cut(conv(g, ...turned, options)), [1, 0, 2, 3]) // [cout, cin, kh, kw]
  }
  const planes = batch * cin
  const each = conv(
    g,
    reshape(g, x, [1, planes, height, width]),
    reshape(g, dy, [planes, 1, rows, columns]),
    { ...options, groups: planes },
  )
  const images = reshape(g, cut(each), [batch, cout, kh, kw])
  return reshape(g, batch === 1 ? images : reduceSum(g, images, [0]), [cout, 1, kh, kw])
}

/** The kernel turned by 180 degrees with its channels exchanged, which carries dY back to dX; a lone channel stays. */
function turnedKernel(g: OpBuilder, w: Value, groups: number): Value {
  const [cout, cin, kh, kw] = w.shape as [number, number, number, number]
  const [rows, columns] = groups === 1 ? [cin, cout] : [cout, cin]
  const exchanged = groups === 1 ? transpose(g, w, [1, 0, 2, 3]) : w
  if (kh * kw === 1) return exchanged
  const flat = reshape(g, exchanged, [rows, columns, kh * kw])
  const reversed = Array.from({ length: kh * kw }, (_, k) => slice(g, flat, 2, kh * kw - 1 - k, kh * kw - k))
  return reshape(g, concat(g, reversed, 2), [rows, columns, kh, kw])
}

/** `stride - 1` zeros between neighbours of the last two axes. */
function spread(g: OpBuilder, dy: Value, stride: number): Value {
  if (stride === 1) return dy
  const [batch, channels, rows, columns] = dy.shape as [number, number, number, number]
  const apart = reshape(g, dy, [batch, channels, rows, 1, columns, 1])
  const spaced = pad(g, apart, [0, 0, 0, 0, 0, 0], [0, 0, 0, stride - 1, 0, stride - 1])
  const whole = reshape(g, spaced, [batch, channels, rows * stride, columns * stride])
  return slice(g, slice(g, whole, 2, 0, (rows - 1) * stride + 1), 3, 0, (columns - 1) * stride + 1)
}

/** dX[j] = sum over k of W[k] dY[(j + p - d k) / s]: a convolution of the spread gradient with the turned kernel. */
function inputGradient(g: OpBuilder, x: Value, dy: Value, w: Value, settings: Settings): Value {
  const { stride, dilation, groups, pads } = settings
  const apart = spread(g, dy, stride)
  const before = [0, 1].map(axis => dilation * ((w.shape[2 + axis] ?? 1) - 1) - (pads[axis] ?? 0))
  const after = [0, 1].map(axis => {
    const reach = dilation * ((w.shape[2 + axis] ?? 1) - 1)
    return (x.shape[2 + axis] ?? 0) + reach - (apart.shape[2 + axis] ?? 0) - (before[axis] ?? 0)
  })
  return conv(g, apart, turnedKernel(g, w, groups), { dilation, groups, pads: [...before, ...after] })
}

/** Rows and columns of the result. */
function outputSize(
  x: ValueType,
  kernel: readonly number[],
  { stride, dilation, pads }: Settings,
): readonly [number, number] {
  const [height, width] = kernel.map((size, axis) => {
    const around = (x.shape[2 + axis] ?? 0) + (pads[axis] ?? 0) + (pads[2 + axis] ?? 0)
    return Math.floor((around - dilation * (size - 1) - 1) / stride) + 1
  }) as [number, number]
  if (height < 1 || width < 1) throw new Error('the kernel is larger than the picture')
  return [height, width]
}

/**
 * 2-D convolution of [batch, cin, h, w] with a kernel [cout, cin / groups, kh, kw] and an optional bias [cout]; the
 * groups are 1 or as many as channels in and out (depthwise).
 *
 * @see Dumoulin & Visin 2016, "A guide to convolution arithmetic for deep learning"
 */
const Conv = defineOp<ConvAttributes>({
  name: 'Conv',
  infer(inputs, attributes) {
    const [x, w, bias] = inputs
    if (x?.shape.length !== 4 || w?.shape.length !== 4)
      throw new Error('Conv takes [n, c, h, w] and [o, c, kh, kw]')
    const settings = settingsOf(attributes, w.shape)
    const { groups } = settings
    const [cout, cin, ...kernel] = w.shape as [number, number, number, number]
    if (x.shape[1] !== cin * groups) throw new Error(`${cin * groups} input channels, got ${x.shape[1]}`)
    if (groups !== 1 && (cin !== 1 || cout !== groups)) throw new Error('groups are 1 or one a channel')
    if (bias && !sameShape(bias.shape, [cout])) throw new Error(`a bias of ${cout}`)
    const [height, width] = outputSize(x, kernel, settings)
    return [{ dtype: 'float32', shape: [x.shape[0] as number, cout, height, width] }]
  },
  vjp({ g, node, gradient, wanted }) {
    const [x, w, bias] = node.inputs as [Value, Value, Value | undefined]
    const settings = settingsOf(node.attributes, w.shape)
    const plain = settings.groups === 1 && settings.stride === 1 && settings.dilation === 1
    const kernel = [w.shape[2] as number, w.shape[3] as number] as const
    const around = (): Value => padded(g, x, settings.pads)
    const dw = (): Value =>
      plain
        ? weightGradient(g, around(), gradient, kernel)
        : weightGradientByConvolution(g, around(), gradient, { w, ...settings })
    const db = (): Value => {
      const [batch, cout, rows, columns] = gradient.shape as [number, number, number, number]
      const sums = longSum(g, reshape(g, gradient, [batch, cout, rows * columns])) // [batch, cout, 1]
      return reshape(g, batch === 1 ? sums : reduceSum(g, sums, [0]), [cout])
    }
    const gradients = [wanted[0] ? inputGradient(g, x, gradient, w, settings) : null, wanted[1] ? dw() : null]
    return bias ? [...gradients, wanted[2] ? db() : null] : gradients
  },
  onnx(node, emit) {
    const w = node.inputs[1] as Value
    const { stride, dilation, groups, pads } = settingsOf(node.attributes, w.shape)
    emit.node({
      opType: 'Conv',
      inputs: node.inputs.map(input => emit.nameOf(input)),
      outputs: [emit.nameOf(node.outputs[0] as Value)],
      attributes: {
        kernel_shape: { ints: w.shape.slice(2) },
        strides: { ints: [stride, stride] },
        dilations: { ints: [dilation, dilation] },
        group: { int: groups },
        pads: { ints: pads },
      },
    })
  },
})

export const convolution = { Conv } as const satisfies Partial<Record<OpName, OpDefinition>>
