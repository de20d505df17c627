import type { Graph } from './graph'
import type { Attribute, Attributes, Value } from './op'

const typeOf = (value: Value): string => `${value.dtype}[${value.shape.join(', ')}]`

function attributesOf(attributes: Attributes): string {
  const entries = Object.entries(attributes)
  if (entries.length === 0) return ''
  return ` {${entries.map(([name, value]) => `${name}=${textOf(value)}`).join(', ')}}`
}

function textOf(value: Attribute): string {
  if (typeof value !== 'object') return String(value)
  return 'nodes' in value ? `body of ${value.nodes.length} nodes` : `[${value.join(', ')}]`
}

/** The graph as text, one line a node, for people and for snapshots: values are numbered in order of appearance. */
export function print(graph: Graph): string {
  const names = new Map<Value, string>()
  const nameOf = (value: Value): string => {
    const name = names.get(value) ?? `%${names.size}`
    names.set(value, name)
    return name
  }
  for (const { name, value } of graph.inputs) names.set(value, name)
  const lines = [
    `graph ${graph.name}(${graph.inputs.map(({ name, value }) => `${name}: ${typeOf(value)}`).join(', ')})`,
    ...[...graph.constants.keys()].map(value => `  ${nameOf(value)} = constant ${typeOf(value)}`),
    ...graph.nodes.map(node => {
      const inputs = node.inputs.map(nameOf).join(', ')
      const outputs = node.outputs.map(output => `${nameOf(output)}: ${typeOf(output)}`).join(', ')
      return `  ${outputs} = ${node.op}(${inputs})${attributesOf(node.attributes)}`
    }),
    `  return ${graph.outputs.map(({ name, value }) => `${name}=${nameOf(value)}`).join(', ')}`,
  ]
  return lines.join('\n')
}
