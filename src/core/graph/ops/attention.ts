import { sizeOf } from '../../tensor/shape'
import type { Attributes, OnnxEmitter, OnnxNode, OpDefinition, OpName, Value, ValueType } from '../op'
import { defineOp } from '../op'

/**
 * softmax(scale q k^T) v for one head, query rows in tiles: only [tile, tokens] of the attention matrix exist at a
 * time, so that they stay in the processor's cache. ONNX has no such op; it is spelled as a Scan over the tiles.
 *
 * @see Rabe & Staats 2021, "Self-attention Does Not Need O(n^2) Memory"; Dao et al. 2022, "FlashAttention", for the
 * backward pass that computes P again and folds the softmax's row sum into D = rowsum(dO * O)
 */
interface TileAttributes extends Attributes {
  readonly scale: number
  /** Rows a tile; divides the number of tokens */
  readonly tile: number
}

function checkHead(inputs: readonly ValueType[], { tile }: TileAttributes): void {
  const [q] = inputs
  const tokens = q?.shape[0]
  if (q?.shape.length !== 2 || tokens === undefined) throw new Error('one head of attention takes matrices')
  if (inputs.some(({ shape }) => shape[0] !== tokens || shape[1] !== q.shape[1])) {
    throw new Error('q, k, v and what comes with them have one shape')
  }
  if (tokens % tile !== 0) throw new Error(`tiles of ${tile} rows do not divide ${tokens} tokens`)
}

const gemmNode = (
  inputs: readonly string[],
  output: string,
  options: { transA?: boolean; transB?: boolean; alpha?: number } = {},
): OnnxNode => ({
  opType: 'Gemm',
  inputs,
  outputs: [output],
  attributes: {
    transA: { int: Number(options.transA ?? false) },
    transB: { int: Number(options.transB ?? false) },
    alpha: { float: options.alpha ?? 1 },
  },
})

/** [tokens, columns] as [tiles, tile, columns] */
function tiled(emit: OnnxEmitter, name: string, rows: number, tile: number, columns: number): string {
  const output = emit.fresh('tiles')
  emit.node({
    opType: 'Reshape',
    inputs: [name, emit.int64([rows / tile, tile, columns])],
    outputs: [output],
  })
  return output
}

function untiled(emit: OnnxEmitter, tiles: string, output: Value): void {
  emit.node({ opType: 'Reshape', inputs: [tiles, emit.int64(output.shape)], outputs: [emit.nameOf(output)] })
}

/** P = softmax(scale q_t k^T), one tile of rows */
function probabilities(q: string, k: string, scale: number, prefix: string): OnnxNode[] {
  return [
    gemmNode([q, k], `${prefix}_scores`, { transB: true, alpha: scale }),
    {
      opType: 'Softmax',
      inputs: [`${prefix}_scores`],
      outputs: [`${prefix}_p`],
      attributes: { axis: { int: -1 } },
    },
  ]
}

const TiledAttention = defineOp<TileAttributes>({
  name: 'TiledAttention',
  infer(inputs, attributes) {
    if (inputs.length !== 3) throw new Error('TiledAttention takes q, k and v')
    checkHead(inputs, attributes)
    return [{ dtype: 'float32', shape: (inputs[0] as ValueType).shape }]
  },
  vjp({ g, node, gradient }) {
    const [q, k, v] = node.inputs as [Value, Value, Value]
    const out = node.outputs[0] as Value
    return [...g.ops('TiledAttentionGrad', [q, k, v, out, gradient], node.attributes)]
  },
  onnx(node, emit) {
    const { scale, tile } = node.attributes
    const [q, k, v] = node.inputs as [Value, Value, Value]
    const [tokens, width] = q.shape as [number, number]
    const tiles = emit.fresh('out_tiles')
    const b = emit.fresh('att')
    emit.node({
      opType: 'Scan',
      inputs: [tiled(emit, emit.nameOf(q), tokens, tile, width)],
      outputs: [tiles],
      attributes: {
        num_scan_inputs: { int: 1 },
        body: {
          graph: {
            name: b,
            inputs: [{ name: `${b}_q`, shape: [tile, width] }],
            outputs: [{ name: `${b}_o`, shape: [tile, width] }],
            nodes: [
              ...probabilities(`${b}_q`, emit.nameOf(k), scale, b),
              { opType: 'MatMul', inputs: [`${b}_p`, emit.nameOf(v)], outputs: [`${b}_o`] },
            ],
          },
        },
      },
    })
    untiled(emit, tiles, node.outputs[0] as Value)
  },
})

/**
 * One tile of the backward pass: five products, no attention forward.
 *
 *   P    = softmax(s q_t k^T)
 *   dV  += P^T dO_t
 *   dS   = P * ([dO_t | -D_t] [V | 1]^T)      the extra column subtracts D without another pass over the tile
 *   dQ_t = s dS K
 *   dK  += s dS^T q_t
 */
function gradientTile(names: { k: string; vAug: string }, scale: number, b: string): OnnxNode[] {
  return [
    ...probabilities(`${b}_q`, names.k, scale, b),
    gemmNode([`${b}_p`, `${b}_do`, `${b}_dv`], `${b}_dv_next`, { transA: true }),
    gemmNode([`${b}_doaug`, names.vAug], `${b}_dp`, { transB: true }),
    { opType: 'Mul', inputs: [`${b}_p`, `${b}_dp`], outputs: [`${b}_ds`] },
    gemmNode([`${b}_ds`, names.k], `${b}_dq`, { alpha: scale }),
    gemmNode([`${b}_ds`, `${b}_q`, `${b}_dk`], `${b}_dk_next`, { transA: true, alpha: scale }),
  ]
}

/** [dO | -D] and [V | 1], with D = rowsum(dO * O) */
function augmented(emit: OnnxEmitter, v: Value, out: Value, dOut: Value): { dOutAug: string; vAug: string } {
  const tokens = v.shape[0] as number
  const name = (hint: string): string => emit.fresh(hint)
  const [product, sum, negative, dOutAug, vAug] = ['dof', 'd', 'neg_d', 'do_aug', 'v_aug'].map(name) as [
    string,
    string,
    string,
    string,
    string,
  ]
  const ones = emit.float32([tokens, 1], new Array<number>(sizeOf([tokens, 1])).fill(1))
  const axis = { axis: { int: 1 } }
  emit.node({ opType: 'Mul', inputs: [emit.nameOf(dOut), emit.nameOf(out)], outputs: [product] })
  emit.node({ opType: 'ReduceSum', inputs: [product, emit.int64([1])], outputs: [sum] })
  emit.node({ opType: 'Neg', inputs: [sum], outputs: [negative] })
  emit.node({ opType: 'Concat', inputs: [emit.nameOf(dOut), negative], outputs: [dOutAug], attributes: axis })
  emit.node({ opType: 'Concat', inputs: [emit.nameOf(v), ones], outputs: [vAug], attributes: axis })
  return { dOutAug, vAug }
}

/** Inputs q, k, v, O, dO; outputs dQ, dK, dV. */
const TiledAttentionGrad = defineOp<TileAttributes>({
  name: 'TiledAttentionGrad',
  infer(inputs, attributes) {
    if (inputs.length !== 5) throw new Error('TiledAttentionGrad takes q, k, v, O and dO')
    checkHead(inputs, attributes)
    return [0, 1, 2].map(() => ({ dtype: 'float32', shape: (inputs[0] as ValueType).shape }))
  },
  vjp: null,
  onnx(node, emit) {
    const { scale, tile } = node.attributes
    const [q, k, v, out, dOut] = node.inputs as [Value, Value, Value, Value, Value]
    const [dq, dk, dv] = node.outputs as [Value, Value, Value]
    const [tokens, width] = q.shape as [number, number]
    const { dOutAug, vAug } = augmented(emit, v, out, dOut)
    const zero = emit.float32([tokens, width], new Array<number>(tokens * width).fill(0))
    const tiles = emit.fresh('dq_tiles')
    const b = emit.fresh('grad')
    const of = (name: string, shape: readonly number[]): { name: string; shape: readonly number[] } => ({
      name: `${b}_${name}`,
      shape,
    })
    const carried = [tokens, width]
    emit.node({
      opType: 'Scan',
      inputs: [
        zero,
        zero,
        tiled(emit, emit.nameOf(q), tokens, tile, width),
        tiled(emit, emit.nameOf(dOut), tokens, tile, width),
        tiled(emit, dOutAug, tokens, tile, width + 1),
      ],
      outputs: [emit.nameOf(dk), emit.nameOf(dv), tiles],
      attributes: {
        num_scan_inputs: { int: 3 },
        body: {
          graph: {
            name: b,
            inputs: [
              of('dk', carried),
              of('dv', carried),
              of('q', [tile, width]),
              of('do', [tile, width]),
              of('doaug', [tile, width + 1]),
            ],
            outputs: [of('dk_next', carried), of('dv_next', carried), of('dq', [tile, width])],
            nodes: gradientTile({ k: emit.nameOf(k), vAug }, scale, b),
          },
        },
      },
    })
    untiled(emit, tiles, dq)
  },
})

export const attention = { TiledAttention, TiledAttentionGrad } as const satisfies Partial<
  Record<OpName, OpDefinition>
>
