import { namedGradients } from '../../autodiff/backward'
import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import type { Value } from '../../graph/op'
import { resizedRows } from '../../nn/resized-rows'
import type { LossValues } from '../../training/losses'
import { maskLoss } from '../../training/losses'
import type { LossGraphOptions, TrainingGraphOptions } from '../../training/model-family'
import type { EfficientSamConfig } from './config'
import type { DecoderValues } from './decoder-graphs'
import { buildDecoder } from './decoder-graphs'

/** Prompt encoder, mask decoder and loss. */
function buildLoss(
  g: GraphBuilder,
  config: EfficientSamConfig,
  { samples, prompt, maskSide, loss, wholeBatch }: LossGraphOptions,
): { decoder: DecoderValues; losses: LossValues } {
  const batch = { images: samples, queriesPerImage: 1, tokens: prompt.labels.length }
  const decoder = buildDecoder(g, config, batch)
  const inputs = {
    logits: resizedRows(g, decoder.lowRes, maskSide),
    predictedIou: decoder.predictedIou,
    target: g.input('target', [samples, 1, maskSide, maskSide]),
    bestOnly: g.input('bestOnly', [samples, 1]),
    batchIou: wholeBatch > 0 ? g.input('batchIou', [wholeBatch, 1]) : null,
  }
  return { decoder, losses: maskLoss(g, inputs, loss) }
}

/** As `ModelFamily.trainingGraph`. */
export function trainingGraph(config: EfficientSamConfig, options: TrainingGraphOptions): Graph {
  const g = new GraphBuilder('training')
  const { decoder, losses } = buildLoss(g, config, options)
  const trained = [...decoder.weights].filter(([name]) => options.trained(name))
  const wanted: [string, Value][] = options.embeddingGradient
    ? [['embedding', decoder.embedding], ...trained]
    : trained
  const from = { output: losses.total, gradient: g.input('weight', []) }
  const { total, terms, jointIou } = losses
  return g.build({ total, ...terms, jointIou, ...namedGradients(g, from, wanted) })
}

/** As `ModelFamily.lossGraph`. */
export function lossGraph(config: EfficientSamConfig, options: LossGraphOptions): Graph {
  const g = new GraphBuilder('loss')
  const { decoder, losses } = buildLoss(g, config, options)
  const { lowRes, predictedIou } = decoder
  const { total, terms, jointIou } = losses
  return g.build({ total, ...terms, jointIou, lowRes, predictedIou })
}
