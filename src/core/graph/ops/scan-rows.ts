import { sizeOf } from '../../tensor/shape'
import { add, reshape } from '../functions'
import type {
  Attributes,
  Body,
  Node,
  OnnxEmitter,
  OnnxNode,
  OpBuilder,
  OpDefinition,
  OpName,
  Value,
  ValueType,
} from '../op'
import { defineOp } from '../op'

/**
 * Runs a body on tiles of rows, one after another, so that what it computes inside stays in the processor's cache and
 * only its outputs reach memory.
 *
 * Inputs: states, then arrays of rows (all with the same number of rows on axis 0), then arrays that every tile sees
 * whole. Outputs: the states after the last tile, then arrays of rows. The body has the same inputs and outputs for
 * one tile.
 */
export interface ScanRowsAttributes extends Attributes {
  readonly body: Body
  /** Rows a tile; divides the number of rows */
  readonly tile: number
  readonly states: number
  /** How many of the inputs are arrays of rows */
  readonly rows: number
}

const typeOf = ({ dtype, shape }: ValueType): string => `${dtype}[${shape.join(', ')}]`

function tilesOf(inputs: readonly ValueType[], { states, tile }: ScanRowsAttributes): number {
  const total = inputs[states]?.shape[0]
  if (total === undefined) throw new Error('ScanRows takes at least one array of rows')
  if (total % tile !== 0) throw new Error(`tiles of ${tile} rows do not divide ${total} rows`)
  return total / tile
}

function infer(inputs: readonly ValueType[], attributes: ScanRowsAttributes): ValueType[] {
  const { body, states, rows } = attributes
  const tiles = tilesOf(inputs, attributes)
  const whole = ({ dtype, shape }: ValueType): ValueType => ({
    dtype,
    shape: [(shape[0] ?? 1) * tiles, ...shape.slice(1)],
  })
  if (inputs.length !== body.inputs.length) throw new Error('ScanRows gives its body every input')
  body.inputs.forEach((inner, index) => {
    const isRows = index >= states && index < states + rows
    const expected = typeOf(isRows ? whole(inner) : inner)
    const given = typeOf(inputs[index] as ValueType)
    if (given !== expected) throw new Error(`input ${index} of ScanRows is ${given}, not ${expected}`)
  })
  return body.outputs.map((inner, index) => (index < states ? inner : whole(inner)))
}

/** sum + part; a product without an addend takes the sum as its addend, which saves a pass. */
function accumulated(g: OpBuilder, sum: Value, part: Value): Value {
  const node = g.nodeOf(part)
  if (node?.op !== 'Gemm' || node.inputs.length !== 2) return add(g, sum, reshape(g, part, sum.shape))
  return g.op('Gemm', [...node.inputs, sum], node.attributes)
}

/**
 * The gradient is a scan again: each tile is computed anew from its rows, the gradients of arrays that every tile sees
 * are summed up as states.
 */
function gradientScan(
  node: Node<ScanRowsAttributes>,
  {
    g,
    gradients,
    wanted,
    differentiate,
  }: Parameters<NonNullable<OpDefinition<ScanRowsAttributes>['vjp']>>[0],
): (Value | null)[] {
  const { body, tile, states, rows } = node.attributes
  if (states > 0) throw new Error('a scan with states has no gradient')
  const indices = (from: number, to: number): number[] =>
    Array.from({ length: to - from }, (_, i) => from + i).filter(index => wanted[index])
  const shared = indices(rows, body.inputs.length)
  const ofRows = indices(0, rows)
  const b = g.nested()
  const declare = (name: string, value: Value): Value => b.input(name, value.shape)
  const sums = shared.map((index, i) => declare(`sum${i}`, body.inputs[index] as Value))
  const rowInputs = body.inputs.slice(0, rows).map((value, i) => declare(`row${i}`, value))
  const given = body.outputs.map((value, i) => (gradients[i] ? declare(`d${i}`, value) : null))
  const wholes = body.inputs.slice(rows).map((value, i) => declare(`whole${i}`, value))
  const inner = differentiate(body, {
    to: b,
    inputs: [...rowInputs, ...wholes],
    gradients: given,
    wrt: [...shared, ...ofRows],
  })
  const zeros = ({ shape }: Value, to: OpBuilder): Value =>
    to.constant(shape, new Float32Array(sizeOf(shape)))
  const next = sums.map((sum, i) => (inner[i] ? accumulated(b, sum, inner[i]) : sum))
  const rowGradients = ofRows.map(
    (index, i) => inner[shared.length + i] ?? zeros(body.inputs[index] as Value, b),
  )
  const results = g.ops(
    'ScanRows',
    [
      ...sums.map(sum => zeros(sum, g)),
      ...node.inputs.slice(0, rows),
      ...gradients.filter(value => value !== null),
      ...node.inputs.slice(rows),
    ],
    {
      body: b.body([...next, ...rowGradients]),
      tile,
      states: sums.length,
      rows: rows + given.filter(value => value !== null).length,
    },
  )
  const order = [...shared, ...ofRows]
  return node.inputs.map((_, index) => results[order.indexOf(index)] ?? null)
}

/** Names for the body's outputs: a value that is an input, or is asked for twice, goes through a copy. */
function outputNames(emit: OnnxEmitter, body: Body, nodes: OnnxNode[]): string[] {
  const taken = new Set<Value>([...body.inputs, ...body.constants.keys()])
  return body.outputs.map(value => {
    const name = emit.nameOf(value)
    if (!taken.has(value)) {
      taken.add(value)
      return name
    }
    const copy = emit.fresh('copy')
    nodes.push({ opType: 'Identity', inputs: [name], outputs: [copy] })
    return copy
  })
}

function emitScan(node: Node<ScanRowsAttributes>, emit: OnnxEmitter): void {
  const { body, tile, states, rows } = node.attributes
  const tiles = tilesOf(node.inputs, node.attributes)
  const reshaped = (name: string, shape: readonly number[], output: string): string => {
    emit.node({ opType: 'Reshape', inputs: [name, emit.int64(shape)], outputs: [output] })
    return output
  }
  const carried = states + rows
  node.inputs.slice(carried).forEach((value, i) => {
    emit.name(body.inputs[carried + i] as Value, emit.nameOf(value))
  })
  const inputs = node.inputs.slice(0, carried).map((value, index) => {
    if (index < states) return emit.nameOf(value)
    return reshaped(emit.nameOf(value), [tiles, tile, ...value.shape.slice(1)], emit.fresh('tiles'))
  })
  const nodes = [...emit.body(body)]
  const names = outputNames(emit, body, nodes)
  const outputs = node.outputs.map((value, index) =>
    index < states ? emit.nameOf(value) : emit.fresh('tiles'),
  )
  const described = (value: Value, name: string): { name: string; shape: readonly number[] } => ({
    name,
    shape: value.shape,
  })
  emit.node({
    opType: 'Scan',
    inputs,
    outputs,
    attributes: {
      num_scan_inputs: { int: rows },
      body: {
        graph: {
          name: emit.fresh('rows'),
          inputs: body.inputs.slice(0, carried).map(value => described(value, emit.nameOf(value))),
          outputs: body.outputs.map((value, index) => described(value, names[index] as string)),
          nodes,
        },
      },
    },
  })
  node.outputs.forEach((value, index) => {
    if (index >= states) reshaped(outputs[index] as string, value.shape, emit.nameOf(value))
  })
}

const ScanRows = defineOp<ScanRowsAttributes>({
  name: 'ScanRows',
  infer,
  vjp: context => gradientScan(context.node, context),
  onnx: emitScan,
})

export const scans = { ScanRows } as const satisfies Partial<Record<OpName, OpDefinition>>
