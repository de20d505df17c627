import { gemm, matmul, sumToShape, transpose } from '../functions'
import type { OnnxAttribute, OpBuilder, OpDefinition, OpName, Value } from '../op'
import { defineOp } from '../op'
import { broadcastShapes } from './broadcast'

/** Swaps the last two axes. */
function transposed(g: OpBuilder, x: Value): Value {
  const rank = x.shape.length
  return transpose(g, x, [...Array.from({ length: rank - 2 }, (_, axis) => axis), rank - 1, rank - 2])
}

const MatMul = defineOp({
  name: 'MatMul',
  infer(inputs) {
    const [a, b] = inputs
    if (!a || !b || a.shape.length < 2 || b.shape.length < 2) throw new Error('MatMul takes two matrices')
    const [m, k] = a.shape.slice(-2) as [number, number]
    const [k2, n] = b.shape.slice(-2) as [number, number]
    if (k !== k2) throw new Error(`[${a.shape.join(', ')}] @ [${b.shape.join(', ')}]`)
    return [
      { dtype: 'float32', shape: [...broadcastShapes(a.shape.slice(0, -2), b.shape.slice(0, -2)), m, n] },
    ]
  },
  // C = A B:  dA = dC B^T,  dB = A^T dC, summed where a batch axis was broadcast
  vjp({ g, node, gradient, wanted }) {
    const [a, b] = node.inputs as [Value, Value]
    return [
      wanted[0] ? sumToShape(g, matmul(g, gradient, transposed(g, b)), a.shape) : null,
      wanted[1] ? sumToShape(g, matmul(g, transposed(g, a), gradient), b.shape) : null,
    ]
  },
  onnx(node, emit) {
    emit.node({
      opType: 'MatMul',
      inputs: node.inputs.map(input => emit.nameOf(input)),
      outputs: [emit.nameOf(node.outputs[0] as Value)],
    })
  },
})

interface GemmAttributes {
  readonly transA: boolean
  readonly transB: boolean
  readonly alpha: number
  readonly [name: string]: boolean | number
}

const Gemm = defineOp<GemmAttributes>({
  name: 'Gemm',
  infer(inputs, { transA, transB }) {
    const [a, b, c] = inputs
    if (a?.shape.length !== 2 || b?.shape.length !== 2) throw new Error('Gemm takes two matrices')
    const [m, k] = (transA ? [a.shape[1], a.shape[0]] : a.shape) as [number, number]
    const [k2, n] = (transB ? [b.shape[1], b.shape[0]] : b.shape) as [number, number]
    if (k !== k2) throw new Error(`Gemm of [${a.shape.join(', ')}] and [${b.shape.join(', ')}]`)
    if (c) broadcastShapes(c.shape, [m, n])
    return [{ dtype: 'float32', shape: [m, n] }]
  },
  // Y = s A' B' + C with A' and B' as transposed:  dA' = s dY B'^T,  dB' = s A'^T dY,  dC = dY
  vjp({ g, node, gradient: dy, wanted }) {
    const [a, b, c] = node.inputs as [Value, Value, Value | undefined]
    const { transA, transB, alpha } = node.attributes
    const da = (): Value =>
      transA
        ? gemm(g, b, dy, { transA: transB, transB: true, alpha })
        : gemm(g, dy, b, { transB: !transB, alpha })
    const db = (): Value =>
      transB
        ? gemm(g, dy, a, { transA: true, transB: transA, alpha })
        : gemm(g, a, dy, { transA: !transA, alpha })
    const gradients = [wanted[0] ? da() : null, wanted[1] ? db() : null]
    return c ? [...gradients, wanted[2] ? sumToShape(g, dy, c.shape) : null] : gradients
  },
  onnx(node, emit) {
    const { transA, transB, alpha } = node.attributes
    const attributes: Record<string, OnnxAttribute> = {
      transA: { int: Number(transA) },
      transB: { int: Number(transB) },
      alpha: { float: alpha },
    }
    emit.node({
      opType: 'Gemm',
      inputs: node.inputs.map(input => emit.nameOf(input)),
      outputs: [emit.nameOf(node.outputs[0] as Value)],
      attributes,
    })
  },
})

export const matmuls = { MatMul, Gemm } as const satisfies Partial<Record<OpName, OpDefinition>>
