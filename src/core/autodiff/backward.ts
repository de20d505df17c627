import { invariant } from '../../shared/errors'
import type { GraphBuilder } from '../graph/builder'
import { add, concat } from '../graph/functions'
import type { Body, BodyGradients, Node, OpBuilder, Value } from '../graph/op'
import { opTable } from '../graph/ops'
import { sizeOf } from '../tensor/shape'

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
 * Parts of which each is zero where the others are not, as slices of one array give them, are laid side by side in
 * place of being padded and added.
 *
 * @returns null where the parts are not such
 */
function sideBySide(g: OpBuilder, parts: readonly Value[]): Value | null {
  const pieces = parts.flatMap(part => {
    const node = g.nodeOf(part)
    const inner = node?.inputs[0]
    if (node?.op !== 'Pad' || !inner) return []
    const axes = part.shape.flatMap((size, axis) => (size === inner.shape[axis] ? [] : [axis]))
    const [axis = -1] = axes
    const before = node.attributes['before']
    const start = Array.isArray(before) ? Number(before[axis]) : NaN
    return axes.length === 1 ? [{ inner, axis, start, end: start + (inner.shape[axis] ?? 0) }] : []
  })
  pieces.sort((a, b) => a.start - b.start)
  const [first] = pieces
  const last = pieces.at(-1)
  if (!first || !last || parts.length < 2 || pieces.length < parts.length) return null
  const touches = pieces.every(
    ({ axis, start }, i) => axis === first.axis && start === (pieces[i - 1]?.end ?? 0),
  )
  if (!touches || last.end !== parts[0]?.shape[first.axis]) return null
  return concat(
    g,
    pieces.map(({ inner }) => inner),
    first.axis,
  )
}

/** Gradients that come together at one value, added up when all are there. */
class Gradients {
  readonly #g: OpBuilder
  readonly #parts = new Map<Value, Value[]>()

  constructor(g: OpBuilder) {
    this.#g = g
  }

  add(value: Value, gradient: Value): void {
    const parts = this.#parts.get(value)
    if (parts) parts.push(gradient)
    else this.#parts.set(value, [gradient])
  }

  of(value: Value): Value | null {
    const parts = this.#parts.get(value)
    if (!parts) return null
    const sum = sideBySide(this.#g, parts) ?? parts.reduce((total, part) => add(this.#g, total, part))
    this.#parts.set(value, [sum])
    return sum
  }
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
  return differentiated(g, [...g.nodes], outputs, wrt)
}

function differentiated(
  g: OpBuilder,
  forward: readonly Node[],
  outputs: readonly OutputGradient[],
  wrt: readonly Value[],
): (Value | null)[] {
  const dependent = dependents(forward, wrt)
  const gradients = new Gradients(g)
  for (const { output, gradient } of outputs) gradients.add(output, gradient)
  for (const node of [...forward].reverse()) {
    const wanted = node.inputs.map(input => dependent.has(input))
    const { vjp } = opTable[node.op]
    if (!vjp || !wanted.includes(true)) continue
    const own = node.outputs.map(output => gradients.of(output))
    if (own.every(gradient => gradient === null)) continue
    const gradient = own[0] ?? zerosLike(g, node.outputs[0] as Value)
    const inputGradients = vjp({ g, node, gradients: own, gradient, wanted, differentiate })
    invariant(inputGradients.length === node.inputs.length, `${node.op} gives a gradient for each input`)
    node.inputs.forEach((input, index) => {
      const inputGradient = inputGradients[index]
      if (inputGradient && wanted[index]) gradients.add(input, inputGradient)
    })
  }
  return wrt.map(value => gradients.of(value))
}

const zerosLike = (g: OpBuilder, { shape }: Value): Value =>
  g.constant(shape, new Float32Array(sizeOf(shape)))

function differentiate(body: Body, { to, inputs, gradients, wrt }: BodyGradients): (Value | null)[] {
  const copies = new Map<Value, Value>(body.inputs.map((value, index) => [value, inputs[index] as Value]))
  for (const [value, { shape, data }] of body.constants) copies.set(value, to.constant(shape, data))
  const copy = (value: Value): Value => {
    const known = copies.get(value)
    invariant(known, 'a body computes a value before it is used')
    return known
  }
  const nodes = body.nodes.map((node): Node => {
    const outputs = to.ops(node.op, node.inputs.map(copy), node.attributes)
    node.outputs.forEach((value, index) => copies.set(value, outputs[index] as Value))
    return { ...node, inputs: node.inputs.map(copy), outputs }
  })
  const from = body.outputs.flatMap((output, index) => {
    const gradient = gradients[index]
    return gradient ? [{ output: copy(output), gradient }] : []
  })
  return differentiated(
    to,
    nodes,
    from,
    wrt.map(index => inputs[index] as Value),
  )
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
