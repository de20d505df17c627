import { invariant } from '../../../shared/errors'
import type { Graph } from '../../graph/graph'
import type { OnnxNode } from '../../graph/op'
import type { OnnxConstant, OnnxGraph } from '../../onnx/emit'
import { emitOnnx } from '../../onnx/emit'
import type { OnnxWriter } from './onnx-writer'
import { writePortableNode } from './portable-nodes'

/** The two sizes that a decoder leaves open: how many queries there are, and how many prompt tokens in each. */
export interface OpenSizes {
  readonly queries: number
  readonly tokens: number
}

/** Sizes that meet no other size of a model, so that nothing is left out as already having the right shape. */
const [firstQueries, nextQueries, firstTokens, nextTokens] = [211, 223, 307, 331] as const
const check: OpenSizes = { queries: 227, tokens: 347 }

/** A number that was seen to be constant + perQuery q + perToken t + perBoth q t. */
interface Sized {
  readonly constant: number
  readonly perQuery: number
  readonly perToken: number
  readonly perBoth: number
}

/** @param seen - at (first, first), (next, first), (first, next), (next, next) of queries and tokens */
function fit(seen: readonly [number, number, number, number]): Sized {
  const [v11, v21, v12, v22] = seen
  const [dq, dt] = [nextQueries - firstQueries, nextTokens - firstTokens]
  const perBoth = (v22 - v21 - v12 + v11) / (dq * dt)
  const perQuery = (v21 - v11) / dq - perBoth * firstTokens
  const perToken = (v12 - v11) / dt - perBoth * firstQueries
  const constant =
    v11 - perQuery * firstQueries - perToken * firstTokens - perBoth * firstQueries * firstTokens
  return { constant, perQuery, perToken, perBoth }
}

const at = ({ constant, perQuery, perToken, perBoth }: Sized, { queries, tokens }: OpenSizes): number =>
  constant + perQuery * queries + perToken * tokens + perBoth * queries * tokens

/** Where the sizes come from when the file is run, each [1] of int64. */
interface SizeValues {
  readonly queries: string
  readonly tokens: string
}

/** A graph as nodes whose sizes are computed. */
interface Template {
  readonly nodes: readonly OnnxNode[]
  readonly constants: ReadonlyMap<string, OnnxConstant>
  /** By node and input: the list of integers there, where it depends on a size */
  readonly sized: ReadonlyMap<string, readonly Sized[]>
}

const integers = (graph: OnnxGraph): Map<string, readonly number[]> =>
  new Map(graph.constants.flatMap(c => (c.dtype === 'int64' ? [[c.name, c.values] as const] : [])))

/**
 * Our graphs have fixed sizes, written into the nodes as lists of integers. Built for several sizes, the same nodes
 * differ in those lists only; each element is then a product of the open sizes, which the file computes for itself.
 */
function templateOf(build: (sizes: OpenSizes) => Graph): Template {
  const samples = [
    { queries: firstQueries, tokens: firstTokens },
    { queries: nextQueries, tokens: firstTokens },
    { queries: firstQueries, tokens: nextTokens },
    { queries: nextQueries, tokens: nextTokens },
    check,
  ].map(sizes => emitOnnx(build(sizes)))
  const lists = samples.map(integers)
  const [first] = samples
  invariant(first, 'five samples')
  const sized = new Map<string, readonly Sized[]>()
  first.nodes.forEach((node, index) => {
    invariant(
      samples.every(sample => sample.nodes[index]?.opType === node.opType),
      `${node.opType} stands at the same place whatever the sizes`,
    )
    node.inputs.forEach((_, input) => {
      const seen = samples.map((sample, s) => lists[s]?.get(sample.nodes[index]?.inputs[input] ?? ''))
      const found = sizesOf(seen)
      if (found) sized.set(`${index} ${input}`, found)
    })
  })
  return { nodes: first.nodes, constants: new Map(first.constants.map(c => [c.name, c])), sized }
}

/** @returns null where the list does not depend on a size, or is none */
function sizesOf(seen: readonly (readonly number[] | undefined)[]): readonly Sized[] | null {
  const [first] = seen
  if (!first) return null
  const sized = first.map((_, element) => {
    const values = seen.map(list => list?.[element] ?? Number.NaN)
    const size = fit(values.slice(0, 4) as [number, number, number, number])
    invariant(Object.values(size).every(Number.isInteger), 'a size is a whole number')
    invariant(at(size, check) === values[4], 'a size is a product of the open ones')
    return size
  })
  const isFixed = sized.every(({ perQuery, perToken, perBoth }) => !perQuery && !perToken && !perBoth)
  return isFixed ? null : sized
}

function sizeValue(writer: OnnxWriter, size: Sized, { queries, tokens }: SizeValues): string {
  const terms = [
    [size.perQuery, queries],
    [size.perToken, tokens],
    [size.perBoth, size.perBoth === 0 ? '' : writer.op('Mul', [queries, tokens])],
  ] as const
  let sum = writer.int64([size.constant])
  for (const [factor, value] of terms) {
    if (factor !== 0) sum = writer.op('Add', [sum, writer.op('Mul', [writer.int64([factor]), value])])
  }
  return sum
}

interface WriteOptions {
  /** Values for the graph's inputs, by name: prompts, embedding, weights */
  readonly inputs: (name: string) => string
  readonly sizes: SizeValues
}

/**
 * Writes a graph with open sizes.
 *
 * @param build - the graph for given sizes; the same nodes each time
 * @returns names of the outputs, by the graph's own
 */
export function writeOpenGraph(
  writer: OnnxWriter,
  build: (sizes: OpenSizes) => Graph,
  { inputs, sizes }: WriteOptions,
): Record<string, string> {
  const { nodes, constants, sized } = templateOf(build)
  const sample = build({ queries: firstQueries, tokens: firstTokens })
  const scope = writer.fresh(sample.name)
  const inputNames = new Set(sample.inputs.map(input => input.name))
  const shared = new Map<string, string>()
  // Written at its first use, and once: a list that depends on a size has no use for the sample's.
  const constantOf = (constant: OnnxConstant): string => {
    const name =
      shared.get(constant.name) ??
      (constant.dtype === 'int64'
        ? writer.int64(constant.values)
        : writer.floats(constant.shape, constant.values))
    shared.set(constant.name, name)
    return name
  }
  const nameOf = (name: string): string => {
    if (inputNames.has(name)) return inputs(name)
    const constant = constants.get(name)
    return constant ? constantOf(constant) : `${scope}.${name}`
  }
  nodes.forEach((node, index) => {
    writePortableNode(writer, {
      ...node,
      inputs: node.inputs.map((name, input) => {
        const list = sized.get(`${index} ${input}`)
        if (!list) return nameOf(name)
        return writer.concat(
          list.map(size => sizeValue(writer, size, sizes)),
          0,
        )
      }),
      outputs: node.outputs.map(name => `${scope}.${name}`),
    })
  })
  return Object.fromEntries(sample.outputs.map(({ name }) => [name, `${scope}.${name}`]))
}

/** Writes a graph whose sizes are all fixed. */
export function writeGraph(
  writer: OnnxWriter,
  graph: Graph,
  inputs: (name: string) => string,
): Record<string, string> {
  return writeOpenGraph(writer, () => graph, { inputs, sizes: { queries: '', tokens: '' } })
}
