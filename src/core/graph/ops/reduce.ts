import { expand, mulScalar } from '../functions'
import type { Node, OnnxEmitter, OpDefinition, OpName, Value, ValueType } from '../op'
import { defineOp } from '../op'

interface ReduceAttributes {
  readonly axes: readonly number[]
  readonly [name: string]: readonly number[]
}

function infer(inputs: readonly ValueType[], { axes }: ReduceAttributes): ValueType[] {
  const [x] = inputs
  if (!x) throw new Error('a reduction takes one input')
  for (const axis of axes) {
    if (axis < 0 || axis >= x.shape.length) throw new Error(`axis ${axis} of [${x.shape.join(', ')}]`)
  }
  return [{ dtype: 'float32', shape: x.shape.map((size, axis) => (axes.includes(axis) ? 1 : size)) }]
}

function onnx(node: Node<ReduceAttributes>, emit: OnnxEmitter): void {
  emit.node({
    opType: node.op,
    inputs: [emit.nameOf(node.inputs[0] as Value), emit.int64(node.attributes.axes)],
    outputs: [emit.nameOf(node.outputs[0] as Value)],
    attributes: { keepdims: { int: 1 } },
  })
}

export const reduce = {
  // every summand gets the gradient of the sum
  ReduceSum: defineOp<ReduceAttributes>({
    name: 'ReduceSum',
    infer,
    vjp: ({ g, node, gradient }) => [expand(g, gradient, (node.inputs[0] as Value).shape)],
    onnx,
  }),
  // ... and its n-th part for a mean of n
  ReduceMean: defineOp<ReduceAttributes>({
    name: 'ReduceMean',
    infer,
    vjp({ g, node, gradient }) {
      const { shape } = node.inputs[0] as Value
      const count = node.attributes.axes.reduce((product, axis) => product * (shape[axis] ?? 1), 1)
      return [expand(g, mulScalar(g, gradient, 1 / count), shape)]
    },
    onnx,
  }),
  ReduceMin: defineOp<ReduceAttributes>({ name: 'ReduceMin', infer, vjp: null, onnx }),
} as const satisfies Partial<Record<OpName, OpDefinition>>
