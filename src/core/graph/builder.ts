import { invariant } from '../../shared/errors'
import type { Shape } from '../tensor/shape'
import type { Tensor } from '../tensor/tensor'
import { float32 } from '../tensor/tensor'
import type { Graph, NamedValue } from './graph'
import { liveNodes } from './graph'
import type { Attributes, Body, BodyBuilder, GraphDType, Node, OpName, Value } from './op'
import { opTable } from './ops'

/** Writes a graph down node by node, inferring shapes as it goes, so that a mistake fails where it is made. */
export class GraphBuilder implements BodyBuilder {
  readonly nodes: Node[] = []
  readonly inputs: NamedValue[] = []
  readonly constants = new Map<Value, Tensor<'float32'>>()
  readonly #name: string
  #nextId = 0
  readonly #replacements = new Map<Value, Value>()

  constructor(name: string) {
    this.#name = name
  }

  /** Declares an array that the caller gives at each run. Names are unique in a graph. */
  input(name: string, shape: Shape): Value {
    invariant(!this.inputs.some(input => input.name === name), `two inputs named ${name}`)
    const value = this.#value('float32', shape)
    this.inputs.push({ name, value })
    return value
  }

  constant(shape: Shape, data: Float32Array | readonly number[]): Value {
    const value = this.#value('float32', shape)
    this.constants.set(value, float32(shape, data))
    return value
  }

  op(name: OpName, inputs: readonly Value[], attributes: Attributes = {}): Value {
    const [first] = this.ops(name, inputs, attributes)
    invariant(first, `${name} has no output`)
    return first
  }

  ops(name: OpName, inputs: readonly Value[], attributes: Attributes = {}): readonly Value[] {
    const types = opTable[name].infer(inputs, attributes)
    const outputs = types.map(type => this.#value(type.dtype, type.shape))
    this.nodes.push({ op: name, inputs, outputs, attributes })
    return outputs
  }

  /**
   * From now on `value` comes from outside: whatever uses it takes the input `name` instead. This is how a backward
   * graph takes what the forward pass kept (gradient checkpointing) in place of computing it again.
   */
  takeFromInput(value: Value, name: string): void {
    this.#replacements.set(value, this.input(name, value.shape))
  }

  nested(): BodyBuilder {
    return new GraphBuilder(`${this.#name}-body`)
  }

  nodeOf(value: Value): Node | undefined {
    return this.nodes.find(node => node.outputs.includes(value))
  }

  /** Ends a body: unused nodes are left out, inputs stay as they were declared. */
  body(outputs: readonly Value[]): Body {
    const nodes = liveNodes(this.nodes, outputs)
    const inputs = this.inputs.map(input => input.value)
    return { inputs, outputs, constants: this.constants, nodes }
  }

  /** Ends the graph: unused nodes, constants and inputs are left out. */
  build(outputs: Readonly<Record<string, Value>>): Graph {
    const replaced = (value: Value): Value => this.#replacements.get(value) ?? value
    const named = Object.entries(outputs).map(([name, value]) => ({ name, value: replaced(value) }))
    const nodes = liveNodes(
      this.nodes.map(node => ({ ...node, inputs: node.inputs.map(replaced) })),
      named.map(output => output.value),
    )
    const used = new Set([...nodes.flatMap(node => node.inputs), ...named.map(output => output.value)])
    return {
      name: this.#name,
      inputs: this.inputs.filter(input => used.has(input.value)),
      outputs: named,
      constants: new Map([...this.constants].filter(([value]) => used.has(value))),
      nodes,
    }
  }

  #value(dtype: GraphDType, shape: Shape): Value {
    return { id: this.#nextId++, dtype, shape }
  }
}
