import { invariant } from '../../shared/errors'
import type { GraphBuilder } from '../graph/builder'
import { add } from '../graph/functions'
import type { Node, Value } from '../graph/op'
import { opTable } from '../graph/ops'

/** How a graph names the gradient of an input. */
export const gradientName = (name: string): string => `d:${name}`

export interface OutputGradient {
  readonly output: Value
  /** d(loss) / d(output), of the output's shape */
  readonly gradient: Value
}

/** Values that depend on any of `roots`: only they carry a gradient worth computing. */
function dependents(nodes: readonly Node[], roots: readonly Value[]): Set<Value> {
  const dependent = new Set(roots)
  for (const node of nodes) {
    if (node.inputs.some(input => dependent.has(input)))
      for (const output of node.outputs) dependent.add(output)
  }
  return dependent
}

/**
 * Reverse-mode differentiation: appends to the graph the nodes that compute vector-Jacobian products.
 *
 * @param outputs - where the gradients start (a scalar loss starts with a constant 1)
 * @param wrt - the values whose gradients are wanted
 * @returns the gradients in the order of `wrt`; null where no output depends on the value
 * @see Griewank & Walther 2008, "Evaluating Derivatives", ch. 3
 */
export function backward(
  g: GraphBuilder,
  outputs: readonly OutputGradient[],
  wrt: readonly Value[],
): (Value | null)[] {
  const forward = [...g.nodes]
  const dependent = dependents(forward, wrt)
  const gradients = new Map<Value, Value>()
  const accumulate = (value: Value, gradient: Value): void => {
    const sum = gradients.get(value)
    gradients.set(value, sum ? add(g, sum, gradient) : gradient)
  }
  for (const { output, gradient } of outputs) accumulate(output, gradient)
  for (const node of forward.reverse()) {
    const own = node.outputs.map(output => gradients.get(output) ?? null)
    const [gradient] = own
    const wanted = node.inputs.map(input => dependent.has(input))
    const { vjp } = opTable[node.op]
    if (!gradient || !vjp || !wanted.includes(true)) continue
    const inputGradients = vjp({ g, node, gradients: own, gradient, wanted })
    invariant(inputGradients.length === node.inputs.length, `${node.op} gives a gradient for each input`)
    node.inputs.forEach((input, index) => {
      const inputGradient = inputGradients[index]
      if (inputGradient && wanted[index]) accumulate(input, inputGradient)
    })
  }
  return wrt.map(value => gradients.get(value) ?? null)
}

/**
 * The gradients that a graph gives out, by `gradientName`; a value on which the output does not depend has none.
 *
 * @param wanted - values with their names
 */
export function namedGradients(
  g: GraphBuilder,
  from: OutputGradient,
  wanted: readonly (readonly [name: string, value: Value])[],
): Record<string, Value> {
  const gradients = backward(
    g,
    [from],
    wanted.map(([, value]) => value),
  )
  const named = wanted.flatMap(([name], index) => {
    const gradient = gradients[index]
    return gradient ? [[gradientName(name), gradient] as const] : []
  })
  return Object.fromEntries(named)
}
