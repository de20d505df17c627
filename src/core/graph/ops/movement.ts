import { sizeOf } from '../../tensor/shape'
import { pad, reshape, slice, sumToShape, transpose } from '../functions'
import type { Node, OnnxAttribute, OnnxEmitter, OpDefinition, OpName, Value, ValueType } from '../op'
import { defineOp } from '../op'
import { broadcastShapes } from './broadcast'

function single(inputs: readonly ValueType[]): ValueType {
  const [x] = inputs
  if (!x || inputs.length !== 1) throw new Error(`expected one input, got ${inputs.length}`)
  return x
}

const first = (node: Node): Value => node.inputs[0] as Value

function emitNode(
  node: Node,
  emit: OnnxEmitter,
  extraInputs: readonly string[],
  attributes: Readonly<Record<string, OnnxAttribute>> = {},
): void {
  emit.node({
    opType: node.op,
    inputs: [...node.inputs.map(input => emit.nameOf(input)), ...extraInputs],
    outputs: node.outputs.map(output => emit.nameOf(output)),
    attributes,
  })
}

const Reshape = defineOp<{ shape: readonly number[] }>({
  name: 'Reshape',
  infer(inputs, { shape }) {
    const x = single(inputs)
    if (sizeOf(x.shape) !== sizeOf(shape)) {
      throw new Error(`[${x.shape.join(', ')}] cannot be reshaped to [${shape.join(', ')}]`)
    }
    return [{ dtype: x.dtype, shape }]
  },
  vjp: ({ g, node, gradient }) => [reshape(g, gradient, first(node).shape)],
  onnx: (node, emit) => emitNode(node, emit, [emit.int64(node.attributes.shape)]),
})

const Transpose = defineOp<{ permutation: readonly number[] }>({
  name: 'Transpose',
  infer(inputs, { permutation }) {
    const x = single(inputs)
    const isPermutation =
      permutation.length === x.shape.length && new Set(permutation).size === x.shape.length
    if (!isPermutation) throw new Error(`[${permutation.join(', ')}] does not permute rank ${x.shape.length}`)
    return [{ dtype: x.dtype, shape: permutation.map(axis => x.shape[axis] as number) }]
  },
  // the inverse permutation
  vjp: ({ g, node, gradient }) => [
    transpose(
      g,
      gradient,
      node.attributes.permutation.map((_, axis) => node.attributes.permutation.indexOf(axis)),
    ),
  ],
  onnx: (node, emit) => emitNode(node, emit, [], { perm: { ints: node.attributes.permutation } }),
})

const Slice = defineOp<{ axis: number; start: number; end: number }>({
  name: 'Slice',
  infer(inputs, { axis, start, end }) {
    const x = single(inputs)
    const size = x.shape[axis]
    if (size === undefined || start < 0 || end > size || start >= end) {
      throw new Error(`elements ${start} to ${end} of axis ${axis} of [${x.shape.join(', ')}]`)
    }
    return [{ dtype: x.dtype, shape: x.shape.map((value, index) => (index === axis ? end - start : value)) }]
  },
  // zeros where nothing was taken
  vjp({ g, node, gradient }) {
    const { axis, start, end } = node.attributes
    const { shape } = first(node)
    const zeros = shape.map(() => 0)
    const size = shape[axis] as number
    return [
      pad(
        g,
        gradient,
        zeros.map((_, index) => (index === axis ? start : 0)),
        zeros.map((_, index) => (index === axis ? size - end : 0)),
      ),
    ]
  },
  onnx(node, emit) {
    const { axis, start, end } = node.attributes
    emitNode(node, emit, [emit.int64([start]), emit.int64([end]), emit.int64([axis])])
  },
})

const Pad = defineOp<{ before: readonly number[]; after: readonly number[] }>({
  name: 'Pad',
  infer(inputs, { before, after }) {
    const x = single(inputs)
    return [
      { dtype: x.dtype, shape: x.shape.map((size, axis) => size + (before[axis] ?? 0) + (after[axis] ?? 0)) },
    ]
  },
  // the middle of the gradient
  vjp({ g, node, gradient }) {
    let inner = gradient
    first(node).shape.forEach((size, axis) => {
      const start = node.attributes.before[axis] ?? 0
      inner = slice(g, inner, axis, start, start + size)
    })
    return [inner]
  },
  onnx: (node, emit) =>
    emitNode(node, emit, [emit.int64([...node.attributes.before, ...node.attributes.after])]),
})

const Concat = defineOp<{ axis: number }>({
  name: 'Concat',
  infer(inputs, { axis }) {
    const [head] = inputs
    if (!head) throw new Error('nothing to concatenate')
    for (const { shape } of inputs) {
      const fits =
        shape.length === head.shape.length && shape.every((size, i) => i === axis || size === head.shape[i])
      if (!fits) throw new Error(`[${shape.join(', ')}] beside [${head.shape.join(', ')}] along axis ${axis}`)
    }
    const total = inputs.reduce((sum, { shape }) => sum + (shape[axis] as number), 0)
    return [{ dtype: head.dtype, shape: head.shape.map((size, i) => (i === axis ? total : size)) }]
  },
  // each part gets its own piece back
  vjp({ g, node, gradient, wanted }) {
    let start = 0
    return node.inputs.map((input, index) => {
      const end = start + (input.shape[node.attributes.axis] as number)
      const part = wanted[index] ? slice(g, gradient, node.attributes.axis, start, end) : null
      start = end
      return part
    })
  },
  onnx: (node, emit) => emitNode(node, emit, [], { axis: { int: node.attributes.axis } }),
})

const Expand = defineOp<{ shape: readonly number[] }>({
  name: 'Expand',
  infer(inputs, { shape }) {
    const x = single(inputs)
    return [{ dtype: x.dtype, shape: broadcastShapes(x.shape, shape) }]
  },
  vjp: ({ g, node, gradient }) => [sumToShape(g, gradient, first(node).shape)],
  onnx: (node, emit) => emitNode(node, emit, [emit.int64(node.attributes.shape)]),
})

export const movement = { Reshape, Transpose, Slice, Pad, Concat, Expand } as const satisfies Partial<
  Record<OpName, OpDefinition>
>
