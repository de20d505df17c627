import { namedGradients } from '../../autodiff/backward'
import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import type { Value } from '../../graph/op'
import type { WeightInputs } from '../../nn/weight-inputs'
import { weightInputs } from '../../nn/weight-inputs'
import type { EncoderPiece } from './encoder-pieces'
import { isBuffer } from '../buffers'

/** What a weight's name begins with in a piece's graph, in place of the prefix of one of its turns. */
export const localPrefix = 'piece'

interface BuiltPiece extends WeightInputs {
  readonly x: Value
  readonly output: Value
}

function built(g: GraphBuilder, { inputShape, build }: EncoderPiece): BuiltPiece {
  const x = g.input('x', inputShape)
  const inputs = weightInputs(g)
  return { ...inputs, x, output: build(g, x, inputs.weight, localPrefix, () => undefined) }
}

/** Names of a piece's weights, from `localPrefix` on. */
export const weightNames = (piece: EncoderPiece): string[] => [
  ...built(new GraphBuilder(piece.kind), piece).values.keys(),
]

/** Inputs `x` and the piece's weights; output `output`. */
export function forwardGraph(piece: EncoderPiece): Graph {
  const g = new GraphBuilder(piece.kind)
  return g.build({ output: built(g, piece).output })
}

/**
 * Gradient checkpointing: everything within the piece is computed again from its input. Forward and backward stand in
 * graphs of their own, for in one graph the runtime would merge the two computations and hold the memory after all.
 *
 * Inputs `x`, `gradient` (of the output) and the weights; outputs the gradients of `x` and of each weight but buffers.
 * The stem has no gradient of `x`: nobody trains the image.
 *
 * @see Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"
 */
export function backwardGraph(piece: EncoderPiece): Graph {
  const g = new GraphBuilder(`${piece.kind}-backward`)
  const { x, values, output } = built(g, piece)
  const trained = [...values].filter(([name]) => !isBuffer(name))
  const wanted: (readonly [string, Value])[] = piece.kind === 'stem' ? trained : [['x', x], ...trained]
  const gradients = namedGradients(g, { output, gradient: g.input('gradient', output.shape) }, wanted)
  return g.build(gradients)
}
