import {
  abs,
  add,
  addScalar,
  cos,
  div,
  erf,
  exp,
  greater,
  mul,
  mulScalar,
  neg,
  scalar,
  sigmoid,
  sin,
  square,
  sub,
  sumToShape,
} from '../functions'
import type { GraphDType, Node, OnnxEmitter, OpBuilder, OpDefinition, OpName, Value, ValueType } from '../op'
import { defineOp } from '../op'
import { broadcastShapes } from './broadcast'

function pair(inputs: readonly ValueType[]): [ValueType, ValueType] {
  const [a, b] = inputs
  if (!a || !b || inputs.length !== 2) throw new Error(`expected two inputs, got ${inputs.length}`)
  return [a, b]
}

function single(inputs: readonly ValueType[]): ValueType {
  const [x] = inputs
  if (!x || inputs.length !== 1) throw new Error(`expected one input, got ${inputs.length}`)
  return x
}

function sameNode(node: Node, emit: OnnxEmitter): void {
  emit.node({
    opType: node.op,
    inputs: node.inputs.map(input => emit.nameOf(input)),
    outputs: node.outputs.map(output => emit.nameOf(output)),
  })
}

/** Gradients of both operands at the broadcast shape, computed only where wanted. */
type BinaryVjp = (g: OpBuilder, dy: Value, a: Value, b: Value) => [() => Value, () => Value]

function binary(name: OpName, vjp: BinaryVjp): OpDefinition {
  return defineOp({
    name,
    infer(inputs) {
      const [a, b] = pair(inputs)
      return [{ dtype: 'float32', shape: broadcastShapes(a.shape, b.shape) }]
    },
    vjp({ g, node, gradient, wanted }) {
      const [a, b] = node.inputs as [Value, Value]
      const [da, db] = vjp(g, gradient, a, b)
      return [
        wanted[0] ? sumToShape(g, da(), a.shape) : null,
        wanted[1] ? sumToShape(g, db(), b.shape) : null,
      ]
    },
    onnx: sameNode,
  })
}

function comparison(name: 'Greater' | 'Less'): OpDefinition {
  return defineOp({
    name,
    infer(inputs) {
      const [a, b] = pair(inputs)
      const dtype: GraphDType = 'bool'
      return [{ dtype, shape: broadcastShapes(a.shape, b.shape) }]
    },
    vjp: null,
    onnx: sameNode,
  })
}

/** dx from dy, x and y = op(x) */
type UnaryVjp = (g: OpBuilder, dy: Value, x: Value, y: Value) => Value

function unary(name: OpName, vjp: UnaryVjp): OpDefinition {
  return defineOp({
    name,
    infer: inputs => [single(inputs)],
    vjp: ({ g, node, gradient }) => [vjp(g, gradient, node.inputs[0] as Value, node.outputs[0] as Value)],
    onnx: sameNode,
  })
}

/**
 * d/dx [x * Phi(x)] = Phi(x) + x * phi(x), with the normal distribution Phi and its density phi.
 *
 * @see Hendrycks & Gimpel 2016, "Gaussian Error Linear Units", the exact (erf) form
 */
function geluSlope(g: OpBuilder, x: Value): Value {
  const phi = mulScalar(g, exp(g, mulScalar(g, square(g, x), -0.5)), 1 / Math.sqrt(2 * Math.PI))
  const Phi = mulScalar(g, addScalar(g, erf(g, mulScalar(g, x, Math.SQRT1_2)), 1), 0.5)
  return add(g, Phi, mul(g, x, phi))
}

/**
 * max(x, 0) + log(1 + u) with u = exp(-|x|) in (0, 1]. The runtime's own Softplus loses u beside 1 for saturated x;
 * here w = 1 + u is computed and what rounding took from it is given back: log(1 + u) = log(w) - ((w - 1) - u) / w.
 */
function emitSoftplus(node: Node, emit: OnnxEmitter): void {
  const x = emit.nameOf(node.inputs[0] as Value)
  const y = emit.nameOf(node.outputs[0] as Value)
  const one = emit.float32([], [1])
  const apply = (opType: string, inputs: readonly string[], output = emit.fresh('softplus')): string => {
    emit.node({ opType, inputs, outputs: [output] })
    return output
  }
  const u = apply('Exp', [apply('Neg', [apply('Abs', [x])])])
  const w = apply('Add', [u, one])
  const lost = apply('Div', [apply('Sub', [apply('Sub', [w, one]), u]), w])
  apply('Add', [apply('Relu', [x]), apply('Sub', [apply('Log', [w]), lost])], y)
}

export const elementwise = {
  // d(a + b) = da + db
  Add: binary('Add', (_g, dy) => [() => dy, () => dy]),
  // d(a - b) = da - db
  Sub: binary('Sub', (g, dy) => [() => dy, () => neg(g, dy)]),
  // d(a b) = b da + a db
  Mul: binary('Mul', (g, dy, a, b) => [() => mul(g, dy, b), () => mul(g, dy, a)]),
  // d(a / b) = da / b - (a / b^2) db
  Div: binary('Div', (g, dy, a, b) => [
    () => div(g, dy, b),
    () => neg(g, div(g, mul(g, dy, a), square(g, b))),
  ]),
  Neg: unary('Neg', (g, dy) => neg(g, dy)),
  // sign(x) = x / |x|, and 0 at 0: the small constant only matters there
  Abs: unary('Abs', (g, dy, x) => mul(g, dy, div(g, x, addScalar(g, abs(g, x), 1e-30)))),
  Exp: unary('Exp', (g, dy, _x, y) => mul(g, dy, y)),
  Log: unary('Log', (g, dy, x) => div(g, dy, x)),
  // d sqrt(x) = 1 / (2 sqrt(x))
  Sqrt: unary('Sqrt', (g, dy, _x, y) => div(g, mulScalar(g, dy, 0.5), y)),
  // d erf(x) = 2 / sqrt(pi) * exp(-x^2)
  Erf: unary('Erf', (g, dy, x) =>
    mul(g, dy, mulScalar(g, exp(g, neg(g, square(g, x))), 2 / Math.sqrt(Math.PI))),
  ),
  Softplus: defineOp({
    name: 'Softplus',
    infer: inputs => [single(inputs)],
    // d softplus(x) = sigma(x)
    vjp: ({ g, node, gradient }) => [mul(g, gradient, sigmoid(g, node.inputs[0] as Value))],
    onnx: emitSoftplus,
  }),
  // d sigma(x) = sigma(x) (1 - sigma(x))
  Sigmoid: unary('Sigmoid', (g, dy, _x, y) => mul(g, dy, mul(g, y, sub(g, scalar(g, 1), y)))),
  Sin: unary('Sin', (g, dy, x) => mul(g, dy, cos(g, x))),
  Cos: unary('Cos', (g, dy, x) => neg(g, mul(g, dy, sin(g, x)))),
  Gelu: unary('Gelu', (g, dy, x) => mul(g, dy, geluSlope(g, x))),
  // d max(x, 0) = 1 where x > 0, and 0 at 0 as PyTorch has it
  Relu: unary('Relu', (g, dy, x) => mul(g, dy, greater(g, x, scalar(g, 0)))),
  Greater: comparison('Greater'),
  Less: comparison('Less'),
  /** bool to float32: 0 or 1 */
  Cast: defineOp({
    name: 'Cast',
    infer: inputs => [{ dtype: 'float32', shape: single(inputs).shape }],
    vjp: null,
    onnx(node, emit) {
      emit.node({
        opType: 'Cast',
        inputs: [emit.nameOf(node.inputs[0] as Value)],
        outputs: [emit.nameOf(node.outputs[0] as Value)],
        attributes: { to: { int: 1 } }, // TensorProto.FLOAT
      })
    },
  }),
} as const satisfies Partial<Record<OpName, OpDefinition>>
