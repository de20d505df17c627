import type { Tensor } from '../tensor/tensor'
import type { Node, Value } from './op'

export interface NamedValue {
  readonly name: string
  readonly value: Value
}

/** A computation without state: inputs to outputs. Nodes stand in an order in which they can run. */
export interface Graph {
  readonly name: string
  readonly inputs: readonly NamedValue[]
  readonly outputs: readonly NamedValue[]
  readonly constants: ReadonlyMap<Value, Tensor<'float32'>>
  readonly nodes: readonly Node[]
}

/** Keeps the nodes that the wanted values need, in their order. */
export function liveNodes(nodes: readonly Node[], wanted: Iterable<Value>): Node[] {
  const needed = new Set(wanted)
  const live: Node[] = []
  for (let index = nodes.length - 1; index >= 0; index--) {
    const node = nodes[index]
    if (!node?.outputs.some(output => needed.has(output))) continue
    live.push(node)
    for (const input of node.inputs) needed.add(input)
  }
  return live.reverse()
}
