import { namedGradients } from '../../autodiff/backward'
import { GraphBuilder } from '../../graph/builder'
import { matmul, reshape } from '../../graph/functions'
import type { Graph } from '../../graph/graph'
import type { OpBuilder, Value } from '../../graph/op'
import { interpolationMatrix } from '../../imaging/interpolation'
import type { LossOptions } from '../../training/losses'
import { maskLoss } from '../../training/losses'
import type { EfficientSamConfig } from './config'
import type { DecoderBatch } from './decoder-graphs'
import { buildDecoder } from './decoder-graphs'

export interface TrainingGraphOptions {
  readonly batch: DecoderBatch
  /** Side of the target masks, pixels */
  readonly maskSide: number
  readonly loss: LossOptions
  /** Adds the input `bestOnly`, which says for each sample whether only its best mask is trained */
  readonly bestOfThree: boolean
  /** Samples of the whole batch, whose joint IoUs come as the input `batchIou`; 0: the graph has the whole batch */
  readonly wholeBatch: number
  /** Gradients are wanted of these weights (full names) ... */
  readonly trained: (name: string) => boolean
  /** ... and of the embedding, where the encoder is trained too */
  readonly embeddingGradient: boolean
}

/** Bicubic enlargement of square pictures as two matrix products; nothing when the size fits already. */
export function resizeSquare(g: OpBuilder, x: Value, side: number): Value {
  const [batch, masks, from] = x.shape as [number, number, number, number]
  if (from === side) return x
  const matrix = interpolationMatrix('bicubic', from, side) // [side, from]
  const turned = new Float32Array(matrix.length)
  for (let row = 0; row < side; row++) {
    for (let column = 0; column < from; column++)
      turned[column * side + row] = matrix[row * from + column] ?? 0
  }
  const wide = matmul(g, reshape(g, x, [batch * masks * from, from]), g.constant([from, side], turned))
  const pictures = reshape(g, wide, [batch * masks, from, side])
  const tall = matmul(g, g.constant([1, side, from], matrix), pictures) // [batch * masks, side, side]
  return reshape(g, tall, [batch, masks, side, side])
}

/**
 * Prompt encoder, mask decoder, loss and all their gradients. Inputs besides those of the decoder: `target`
 * [batch, 1, side, side] and `weight` [], the part of the whole batch that this is (gradients are multiplied by it,
 * so that parts of a batch add up to the gradient of its mean).
 */
export function trainingGraph(config: EfficientSamConfig, options: TrainingGraphOptions): Graph {
  const g = new GraphBuilder('training')
  const { images, queriesPerImage } = options.batch
  const batch = images * queriesPerImage
  const decoder = buildDecoder(g, config, options.batch)
  const side = options.maskSide
  const target = g.input('target', [batch, 1, side, side])
  const losses = maskLoss(
    g,
    {
      logits: resizeSquare(g, decoder.lowRes, side),
      predictedIou: decoder.predictedIou,
      target,
      bestOnly: options.bestOfThree ? g.input('bestOnly', [batch, 1]) : null,
      batchIou: options.wholeBatch > 0 ? g.input('batchIou', [options.wholeBatch, 1]) : null,
    },
    options.loss,
  )
  const trained = [...decoder.weights].filter(([name]) => options.trained(name))
  const wanted: [string, Value][] = [
    ...(options.embeddingGradient ? [['embedding', decoder.embedding] as [string, Value]] : []),
    ...trained,
  ]
  const from = { output: losses.total, gradient: g.input('weight', []) }
  const { total, terms, jointIou } = losses
  return g.build({ total, ...terms, jointIou, ...namedGradients(g, from, wanted) })
}

/** Loss and masks without gradients, for validation: the same inputs but `weight`. */
export function lossGraph(
  config: EfficientSamConfig,
  options: Pick<TrainingGraphOptions, 'batch' | 'maskSide' | 'loss' | 'bestOfThree' | 'wholeBatch'>,
): Graph {
  const g = new GraphBuilder('loss')
  const batch = options.batch.images * options.batch.queriesPerImage
  const decoder = buildDecoder(g, config, options.batch)
  const { total, terms, jointIou } = maskLoss(
    g,
    {
      logits: resizeSquare(g, decoder.lowRes, options.maskSide),
      predictedIou: decoder.predictedIou,
      target: g.input('target', [batch, 1, options.maskSide, options.maskSide]),
      bestOnly: options.bestOfThree ? g.input('bestOnly', [batch, 1]) : null,
      batchIou: options.wholeBatch > 0 ? g.input('batchIou', [options.wholeBatch, 1]) : null,
    },
    options.loss,
  )
  const { lowRes, predictedIou } = decoder
  return g.build({ total, ...terms, jointIou, lowRes, predictedIou })
}
