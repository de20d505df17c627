import type { Shape } from '../tensor/shape'
import type { Tensor } from '../tensor/tensor'

/** Element types inside a graph: the checkpoint's other types are widened before they come here. */
export type GraphDType = 'float32' | 'bool'

export interface ValueType {
  readonly dtype: GraphDType
  readonly shape: Shape
}

/** One array in a graph: an input, a constant, or what a node computes. Compared by identity. */
export interface Value extends ValueType {
  readonly id: number
}

/** A computation inside an op, as a loop's is: what stands around it comes in by `inputs`. */
export interface Body {
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly constants: ReadonlyMap<Value, Tensor<'float32'>>
  readonly nodes: readonly Node[]
}

export type Attribute = number | string | boolean | readonly number[] | Body
export type Attributes = Readonly<Record<string, Attribute>>

/** One application of an op. */
export interface Node<A extends Attributes = Attributes> {
  readonly op: OpName
  readonly inputs: readonly Value[]
  readonly outputs: readonly Value[]
  readonly attributes: A
}

/** Named as in ONNX, but for those that ONNX spells as a loop (`ScanRows`, `TiledAttention`, its gradient). */
export type OpName =
  | 'Add'
  | 'Sub'
  | 'Mul'
  | 'Div'
  | 'Neg'
  | 'Abs'
  | 'Exp'
  | 'Log'
  | 'Sqrt'
  | 'Erf'
  | 'Softplus'
  | 'Sigmoid'
  | 'Sin'
  | 'Cos'
  | 'Gelu'
  | 'Relu'
  | 'Greater'
  | 'Less'
  | 'Cast'
  | 'ReduceSum'
  | 'ReduceMean'
  | 'ReduceMin'
  | 'Reshape'
  | 'Transpose'
  | 'Slice'
  | 'Concat'
  | 'Expand'
  | 'Pad'
  | 'MatMul'
  | 'Gemm'
  | 'Conv'
  | 'Softmax'
  | 'LayerNormalization'
  | 'ScanRows'
  | 'TiledAttention'
  | 'TiledAttentionGrad'

/** What op definitions need to add further nodes, for their gradients. */
export interface OpBuilder {
  op(name: OpName, inputs: readonly Value[], attributes?: Attributes): Value
  ops(name: OpName, inputs: readonly Value[], attributes?: Attributes): readonly Value[]
  constant(shape: Shape, data: Float32Array | readonly number[]): Value
  /** The node that computes a value; undefined for inputs and constants */
  nodeOf(value: Value): Node | undefined
  /** A builder for a body; its inputs are declared in order. */
  nested(): BodyBuilder
}

export interface BodyBuilder extends OpBuilder {
  input(name: string, shape: Shape): Value
  body(outputs: readonly Value[]): Body
}

export interface VjpContext<A extends Attributes = Attributes> {
  readonly g: OpBuilder
  readonly node: Node<A>
  /** d(loss) / d(output i); null where nothing downstream depends on it */
  readonly gradients: readonly (Value | null)[]
  /** Gradient of the first output, which most ops have alone */
  readonly gradient: Value
  /** Whether anybody wants the gradient of input i */
  readonly wanted: readonly boolean[]
  /** Copies a body's nodes to `to` and appends their gradients: null where no output depends on the value */
  readonly differentiate: (body: Body, request: BodyGradients) => (Value | null)[]
}

export interface BodyGradients {
  readonly to: OpBuilder
  /** What the body's inputs are at `to` */
  readonly inputs: readonly Value[]
  /** d(loss) / d(output i) at `to`; null where there is none */
  readonly gradients: readonly (Value | null)[]
  /** Of these inputs the gradients are wanted, by index */
  readonly wrt: readonly number[]
}

/** An ONNX node before it becomes bytes; names are the graph's. */
export interface OnnxNode {
  readonly opType: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: Readonly<Record<string, OnnxAttribute>>
}

export type OnnxAttribute =
  | { readonly int: number }
  | { readonly ints: readonly number[] }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly graph: OnnxSubgraph }

/** A loop body. Values of the surrounding graph are visible inside by name. */
export interface OnnxSubgraph {
  readonly name: string
  readonly nodes: readonly OnnxNode[]
  readonly inputs: readonly { readonly name: string; readonly shape: Shape }[]
  readonly outputs: readonly { readonly name: string; readonly shape: Shape }[]
}

/** Gives names to values and collects the nodes that stand for one node of ours. */
export interface OnnxEmitter {
  nameOf(value: Value): string
  /** A name that nothing else in the graph has. */
  fresh(hint: string): string
  /** A constant list of integers, as shapes, axes and bounds are in ONNX. */
  int64(values: readonly number[]): string
  float32(shape: Shape, values: readonly number[]): string
  node(node: OnnxNode): void
  /** Calls a value by a name that is in the graph already. */
  name(value: Value, name: string): void
  /** The nodes of a body, which stand apart from the graph's own. */
  body(body: Body): readonly OnnxNode[]
}

export interface OpDefinition<A extends Attributes = Attributes> {
  readonly name: OpName
  /** Types of the outputs. @throws Error when the inputs do not fit */
  infer(inputs: readonly ValueType[], attributes: A): ValueType[]
  /** Gradients of the inputs, null where there is none; `null` instead of a function: not differentiable */
  readonly vjp: ((context: VjpContext<A>) => (Value | null)[]) | null
  onnx(node: Node<A>, emit: OnnxEmitter): void
}

/** Checks a definition against its own attributes; the table holds all of them under one type. */
export function defineOp<A extends Attributes>(definition: OpDefinition<A>): OpDefinition {
  // The builder only pairs a node with the definition of its own op, so the attributes are those it was made with.
  return definition as unknown as OpDefinition
}
