import { sameShape } from '../tensor/shape'
import type { Graph } from './graph'
import type { Node, Value } from './op'
import { opTable } from './ops'

function problemOf(node: Node, known: ReadonlySet<Value>): string | null {
  if (node.inputs.some(input => !known.has(input))) return 'uses a value before it is computed'
  if (node.outputs.some(output => known.has(output))) return 'computes a value twice'
  const types = opTable[node.op].infer(node.inputs, node.attributes)
  const fits =
    types.length === node.outputs.length &&
    types.every((type, index) => {
      const output = node.outputs[index]
      return output?.dtype === type.dtype && sameShape(output.shape, type.shape)
    })
  return fits ? null : 'has outputs of another shape than its inputs give'
}

/**
 * Checks what every graph must satisfy: values exist before use, are made once, and have the inferred types.
 *
 * @throws Error naming the first node that does not
 */
export function verify(graph: Graph): void {
  const known = new Set<Value>([...graph.inputs.map(input => input.value), ...graph.constants.keys()])
  graph.nodes.forEach((node, index) => {
    const problem = problemOf(node, known)
    if (problem) throw new Error(`${graph.name}: node ${index} (${node.op}) ${problem}`)
    for (const output of node.outputs) known.add(output)
  })
  for (const { name, value } of graph.outputs) {
    if (!known.has(value)) throw new Error(`${graph.name}: output ${name} is never computed`)
  }
}
