import { concat, gemm, pad, reshape, slice, transpose } from '../functions'
import type { OpBuilder, OpDefinition, OpName, Value } from '../op'
import { defineOp } from '../op'

/**
 * Weight gradient of a stride-1 convolution: for each kernel offset (i, j), dW[:, :, i, j] = dY x_shifted^T.
 * One image at a time, so that every product is a plain matrix product.
 */
function weightGradient(g: OpBuilder, x: Value, dy: Value, kernel: readonly [number, number]): Value {
  const [batch, cin, height, width] = x.shape as [number, number, number, number]
  const cout = dy.shape[1] as number
  const [kh, kw] = kernel
  const [py, px] = [(kh - 1) / 2, (kw - 1) / 2]
  const padded = pad(g, x, [0, 0, py, px], [0, 0, py, px])
  const columns = Array.from({ length: batch }, (_, n) => {
    const image = slice(g, padded, 0, n, n + 1)
    const shifted = Array.from({ length: kh * kw }, (_, offset) => {
      const i = Math.floor(offset / kw)
      const j = offset % kw
      const window = slice(g, slice(g, image, 2, i, i + height), 3, j, j + width)
      return reshape(g, window, [cin, height * width])
    })
    return concat(g, shifted, 0) // [kh * kw * cin, height * width]
  })
  const all = concat(g, columns, 1) // [kh * kw * cin, batch * height * width]
  const dyRows = reshape(g, transpose(g, dy, [1, 0, 2, 3]), [cout, batch * height * width])
  const product = gemm(g, dyRows, all, { transB: true }) // [cout, kh * kw * cin]
  return transpose(g, reshape(g, product, [cout, kh, kw, cin]), [0, 3, 1, 2])
}

/** The kernel turned by 180 degrees with its channels exchanged, which carries dY back to dX. */
function turnedKernel(g: OpBuilder, w: Value): Value {
  const [cout, cin, kh, kw] = w.shape as [number, number, number, number]
  const flat = reshape(g, transpose(g, w, [1, 0, 2, 3]), [cin, cout, kh * kw])
  const reversed = Array.from({ length: kh * kw }, (_, k) => slice(g, flat, 2, kh * kw - 1 - k, kh * kw - k))
  return reshape(g, concat(g, reversed, 2), [cin, cout, kh, kw])
}

/** Same-size 2-D convolution of [batch, cin, h, w] with an odd kernel [cout, cin, kh, kw]: stride 1, zero padding. */
const Conv = defineOp({
  name: 'Conv',
  infer(inputs) {
    const [x, w] = inputs
    if (x?.shape.length !== 4 || w?.shape.length !== 4)
      throw new Error('Conv takes [n, c, h, w] and [o, c, kh, kw]')
    const [cout, cin, kh, kw] = w.shape as [number, number, number, number]
    if (x.shape[1] !== cin) throw new Error(`${cin} input channels, got ${x.shape[1]}`)
    if (kh % 2 === 0 || kw % 2 === 0) throw new Error('a same-size convolution needs an odd kernel')
    return [
      { dtype: 'float32', shape: [x.shape[0] as number, cout, x.shape[2] as number, x.shape[3] as number] },
    ]
  },
  vjp({ g, node, gradient, wanted }) {
    const [x, w] = node.inputs as [Value, Value]
    const kernel = [w.shape[2] as number, w.shape[3] as number] as const
    return [
      wanted[0] ? g.op('Conv', [gradient, turnedKernel(g, w)]) : null,
      wanted[1] ? weightGradient(g, x, gradient, kernel) : null,
    ]
  },
  onnx(node, emit) {
    const w = node.inputs[1] as Value
    const [kh, kw] = w.shape.slice(2) as [number, number]
    const [py, px] = [(kh - 1) / 2, (kw - 1) / 2]
    emit.node({
      opType: 'Conv',
      inputs: node.inputs.map(input => emit.nameOf(input)),
      outputs: [emit.nameOf(node.outputs[0] as Value)],
      attributes: { kernel_shape: { ints: [kh, kw] }, pads: { ints: [py, px, py, px] } },
    })
  },
})

export const convolution = { Conv } as const satisfies Partial<Record<OpName, OpDefinition>>
