import { namedGradients } from '../../autodiff/backward'
import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import type { Value } from '../../graph/op'
import type { LossOptions, LossValues } from '../../training/losses'
import { maskLoss } from '../../training/losses'
import type { MedSamLiteConfig } from './config'
import { gridSide } from './config'
import type { BuiltDecoder, DecoderBatch } from './graphs'
import { buildDecoder, buildEncoder, embeddingInput } from './graphs'
import { isBuffer } from './weights'

export interface LossGraphOptions {
  readonly batch: DecoderBatch
  /** Whether the encoder is part of the graph: then the input is `image`, and the batch has one image */
  readonly encoder: boolean
  readonly loss: LossOptions
  /** Adds the input `bestOnly`, which says for each sample whether only its best mask is trained */
  readonly bestOnly: boolean
  /** Samples of the whole batch, whose joint IoUs come as the input `batchIou`; 0: the graph has the whole batch */
  readonly wholeBatch: number
}

export interface TrainingGraphOptions extends LossGraphOptions {
  /** Gradients are wanted of these weights (full names); buffers never have one */
  readonly trained: (name: string) => boolean
  /** Whether the gradient of the input `embedding` is wanted, for an encoder that is trained piece by piece */
  readonly embeddingGradient?: boolean
}

/** Side of the masks that the loss compares: four pixels a cell, 256 at 256. */
export const maskSide = (config: MedSamLiteConfig): number => 4 * gridSide(config)

interface BuiltLoss {
  readonly embedding: Value
  readonly losses: LossValues
  readonly decoder: BuiltDecoder
  readonly weights: ReadonlyMap<string, Value>
}

function buildLoss(g: GraphBuilder, config: MedSamLiteConfig, options: LossGraphOptions): BuiltLoss {
  const { images, queriesPerImage } = options.batch
  const batch = images * queriesPerImage
  const encoder = options.encoder
    ? buildEncoder(g, config)
    : { embedding: embeddingInput(g, config, images), weights: new Map<string, Value>() }
  const decoder = buildDecoder(g, config, options.batch, encoder.embedding)
  const side = maskSide(config)
  const losses = maskLoss(
    g,
    {
      logits: decoder.lowRes,
      predictedIou: decoder.predictedIou,
      target: g.input('target', [batch, 1, side, side]),
      bestOnly: options.bestOnly ? g.input('bestOnly', [batch, 1]) : null,
      batchIou: options.wholeBatch > 0 ? g.input('batchIou', [options.wholeBatch, 1]) : null,
    },
    options.loss,
  )
  return {
    losses,
    decoder,
    embedding: encoder.embedding,
    weights: new Map([...encoder.weights, ...decoder.weights]),
  }
}

/**
 * The model, its loss and all gradients. Inputs besides those of the model: `target` [batch, 1, side, side] and `weight`
 * [], the part of the whole batch that this is (gradients are multiplied by it, so that parts of a batch add up to the
 * gradient of its mean). A weight on which the loss does not depend has no output.
 */
export function trainingGraph(config: MedSamLiteConfig, options: TrainingGraphOptions): Graph {
  const g = new GraphBuilder('training')
  const { losses, weights, embedding } = buildLoss(g, config, options)
  const trained = [...weights].filter(([name]) => !isBuffer(name) && options.trained(name))
  const wanted: (readonly [string, Value])[] = options.embeddingGradient
    ? [['embedding', embedding], ...trained]
    : trained
  const from = { output: losses.total, gradient: g.input('weight', []) }
  const { total, terms, jointIou } = losses
  return g.build({ total, ...terms, jointIou, ...namedGradients(g, from, wanted) })
}

/** Loss and masks without gradients, for validation: the same inputs but `weight`. */
export function lossGraph(config: MedSamLiteConfig, options: LossGraphOptions): Graph {
  const g = new GraphBuilder('loss')
  const { losses, decoder } = buildLoss(g, config, options)
  const { lowRes, predictedIou } = decoder
  const { total, terms, jointIou } = losses
  return g.build({ total, ...terms, jointIou, lowRes, predictedIou })
}
