import { namedGradients } from '../../autodiff/backward'
import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import type { Value } from '../../graph/op'
import { weightInputs } from '../../nn/weight-inputs'
import type { WeightOf } from '../../nn/linear'
import type { Shape } from '../../tensor/shape'
import type { EfficientSamConfig } from './config'
import { gridSide } from './config'
import { block, neckValues, stem } from './image-encoder'

/** The encoder in three kinds of piece, each compiled once; all blocks share the block's. */
export type EncoderPiece = 'stem' | 'block' | 'neck'

interface PieceValues {
  readonly output: Value
  /** Inner values that the forward pass keeps for the backward pass, by name */
  readonly kept: Readonly<Record<string, Value>>
}

type PieceBuilder = (g: GraphBuilder, config: EfficientSamConfig, x: Value, weight: WeightOf) => PieceValues

/** At 512 rows the widest array of a tile, the MLP's hidden layer, takes 1.5 MB in Ti and 3 MB in S. */
const mostRows = 512

const pieces: Record<EncoderPiece, PieceBuilder> = {
  stem: (g, config, x, weight) => ({ output: stem(g, config, x, weight), kept: {} }),
  block(g, config, x, weight) {
    const { output, heads } = block(g, config, x, weight, { rows: mostRows })
    return { output, kept: Object.fromEntries(heads.map((head, index) => [`head${index}`, head])) }
  },
  neck(g, config, x, weight) {
    const { embedding, mixed } = neckValues(g, config, x, weight)
    return { output: embedding, kept: { mixed } }
  },
}

function inputShape(piece: EncoderPiece, config: EfficientSamConfig): Shape {
  const { resolution, encoderDim } = config
  return piece === 'stem' ? [1, 3, resolution, resolution] : [gridSide(config) ** 2, encoderDim]
}

/** The weights of a piece by their names within it. */
export function weightNames(piece: EncoderPiece, config: EfficientSamConfig): string[] {
  const g = new GraphBuilder(piece)
  const { weight, values } = weightInputs(g)
  pieces[piece](g, config, g.input('x', inputShape(piece, config)), weight)
  return [...values.keys()]
}

/** Inputs `x` and the weights by their names within the piece; outputs `output` and what is kept. */
export function forwardGraph(piece: EncoderPiece, config: EfficientSamConfig): Graph {
  const g = new GraphBuilder(piece)
  const x = g.input('x', inputShape(piece, config))
  const { output, kept } = pieces[piece](g, config, x, weightInputs(g).weight)
  return g.build({ output, ...kept })
}

/**
 * Gradient checkpointing: everything but what was kept is computed again from the piece's input. Attention is kept, so
 * that its forward pass is not repeated; forward and backward stand in graphs of their own, for in one graph the
 * runtime would merge the two computations and hold the memory after all.
 *
 * Inputs `x`, `gradient` (of the output), what was kept, and the weights; outputs the gradients of `x` and of each
 * weight. The stem has no gradient of `x`: nobody trains the image.
 *
 * @see Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"
 */
export function backwardGraph(piece: EncoderPiece, config: EfficientSamConfig): Graph {
  const g = new GraphBuilder(`${piece}-backward`)
  const x = g.input('x', inputShape(piece, config))
  const { weight, values } = weightInputs(g)
  const { output, kept } = pieces[piece](g, config, x, weight)
  const wanted: [string, Value][] = [...(piece === 'stem' ? [] : [['x', x] as [string, Value]]), ...values]
  const gradients = namedGradients(g, { output, gradient: g.input('gradient', output.shape) }, wanted)
  for (const [name, value] of Object.entries(kept)) g.takeFromInput(value, name)
  return g.build(gradients)
}
