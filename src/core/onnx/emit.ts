import type { Graph } from '../graph/graph'
import type { Body, OnnxEmitter, OnnxNode, Value } from '../graph/op'
import { opTable } from '../graph/ops'
import type { Shape } from '../tensor/shape'

export type OnnxConstant =
  | {
      readonly name: string
      readonly dtype: 'int64'
      readonly shape: Shape
      readonly values: readonly number[]
    }
  | { readonly name: string; readonly dtype: 'float32'; readonly shape: Shape; readonly values: Float32Array }

export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[]
  readonly constants: readonly OnnxConstant[]
  readonly outputs: ReadonlyMap<string, Value>
}

class Emitter implements OnnxEmitter {
  nodes: OnnxNode[] = []
  readonly constants: OnnxConstant[] = []
  readonly #names = new Map<Value, string>()
  readonly #int64 = new Map<string, string>()
  #count = 0

  name(value: Value, name: string): void {
    this.#names.set(value, name)
  }

  nameOf(value: Value): string {
    const name = this.#names.get(value) ?? this.fresh('v')
    this.#names.set(value, name)
    return name
  }

  fresh(hint: string): string {
    return `${hint}_${this.#count++}`
  }

  int64(values: readonly number[]): string {
    const key = values.join(',')
    const known = this.#int64.get(key)
    if (known !== undefined) return known
    const name = this.fresh('int64')
    this.#int64.set(key, name)
    this.constants.push({ name, dtype: 'int64', shape: [values.length], values })
    return name
  }

  float32(shape: Shape, values: Float32Array | readonly number[]): string {
    const name = this.fresh('float32')
    this.constants.push({ name, dtype: 'float32', shape, values: Float32Array.from(values) })
    return name
  }

  node(node: OnnxNode): void {
    this.nodes.push(node)
  }

  body({ constants, nodes }: Body): readonly OnnxNode[] {
    const around = this.nodes
    this.nodes = []
    this.lower(constants, nodes)
    const inside = this.nodes
    this.nodes = around
    return inside
  }

  lower(constants: Body['constants'], nodes: Body['nodes']): void {
    for (const [value, { shape, data }] of constants) this.name(value, this.float32(shape, data))
    for (const node of nodes) opTable[node.op].onnx(node, this)
  }
}

/** Lowers a graph to ONNX nodes; inputs and outputs keep their names. */
export function emitOnnx(graph: Graph): OnnxGraph {
  const emitter = new Emitter()
  for (const { name, value } of graph.inputs) emitter.name(value, name)
  emitter.lower(graph.constants, graph.nodes)
  // An output gets its own name by a copy, so that it may also be an input, a constant, or be asked for twice.
  for (const { name, value } of graph.outputs) {
    emitter.node({ opType: 'Identity', inputs: [emitter.nameOf(value)], outputs: [name] })
  }
  return {
    nodes: emitter.nodes,
    constants: emitter.constants,
    outputs: new Map(graph.outputs.map(({ name, value }) => [name, value])),
  }
}
