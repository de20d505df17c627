import { mul, reduceMean, reduceSum, reshape, sub, sumToShape } from '../functions'
import type { OpDefinition, OpName, Value } from '../op'
import { defineOp } from '../op'

/** Over the last axis. */
const Softmax = defineOp({
  name: 'Softmax',
  infer(inputs) {
    const [x] = inputs
    if (!x || x.shape.length === 0) throw new Error('Softmax takes one array with at least one axis')
    return [x]
  },
  // dx = y (dy - sum(dy y))
  vjp({ g, node, gradient }) {
    const y = node.outputs[0] as Value
    const dot = reduceSum(g, mul(g, gradient, y), [y.shape.length - 1])
    return [mul(g, y, sub(g, gradient, dot))]
  },
  onnx(node, emit) {
    emit.node({
      opType: 'Softmax',
      inputs: [emit.nameOf(node.inputs[0] as Value)],
      outputs: [emit.nameOf(node.outputs[0] as Value)],
      attributes: { axis: { int: -1 } },
    })
  },
})

/** Outputs: the normalised array, then mean and 1 / standard deviation of each row, which the gradient uses. */
const LayerNormalization = defineOp<{ epsilon: number }>({
  name: 'LayerNormalization',
  infer(inputs) {
    const [x, scale, bias] = inputs
    const channels = x?.shape.at(-1)
    if (!x || channels === undefined || scale?.shape[0] !== channels || bias?.shape[0] !== channels) {
      throw new Error('LayerNormalization takes [..., c], scale [c] and bias [c]')
    }
    const row = { dtype: x.dtype, shape: [...x.shape.slice(0, -1), 1] }
    return [{ dtype: x.dtype, shape: x.shape }, row, row]
  },
  // n = (x - mean) r:  dx = r (dn - mean(dn) - n mean(dn n)) with dn = dy scale
  vjp({ g, node, gradient: dy, wanted }) {
    const [x, scale, bias] = node.inputs as [Value, Value, Value]
    const [, mean, inverseStd] = node.outputs as [Value, Value, Value]
    const axis = [x.shape.length - 1]
    const n = mul(g, sub(g, x, mean), inverseStd)
    const dx = (): Value => {
      const dn = mul(g, dy, scale)
      const centred = sub(g, dn, reduceMean(g, dn, axis))
      return mul(g, sub(g, centred, mul(g, n, reduceMean(g, mul(g, dn, n), axis))), inverseStd)
    }
    return [
      wanted[0] ? dx() : null,
      wanted[1] ? reshape(g, sumToShape(g, mul(g, dy, n), scale.shape), scale.shape) : null,
      wanted[2] ? reshape(g, sumToShape(g, dy, bias.shape), bias.shape) : null,
    ]
  },
  onnx(node, emit) {
    emit.node({
      opType: 'LayerNormalization',
      inputs: node.inputs.map(input => emit.nameOf(input)),
      outputs: node.outputs.map(output => emit.nameOf(output)),
      attributes: { axis: { int: -1 }, epsilon: { float: node.attributes.epsilon } },
    })
  },
})

export const normalization = { Softmax, LayerNormalization } as const satisfies Partial<
  Record<OpName, OpDefinition>
>
