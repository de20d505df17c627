import { namedGradients } from '../../autodiff/backward'
import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import type { Value } from '../../graph/op'
import { resizedRows } from '../../nn/resized-rows'
import type { LossValues } from '../../training/losses'
import { maskLoss } from '../../training/losses'
import type { LossGraphOptions, TrainingGraphOptions } from '../../training/model-family'
import type { MedSamLiteConfig } from './config'
import type { BuiltDecoder } from './graphs'
import { buildDecoder, buildEncoder, embeddingInput } from './graphs'
import { outputOf } from './prompt-encoder'
import { isTrainable } from './shapes'

interface BuiltLoss {
  readonly embedding: Value
  readonly losses: LossValues
  readonly decoder: BuiltDecoder
  readonly weights: ReadonlyMap<string, Value>
}

/** Whether the encoder is part of the graph: then the input is `image`, and there is one sample. */
interface Whole {
  readonly encoder?: boolean
}

function buildLoss(g: GraphBuilder, config: MedSamLiteConfig, options: LossGraphOptions & Whole): BuiltLoss {
  const { samples, prompt, maskSide, loss, wholeBatch } = options
  const encoder = options.encoder
    ? buildEncoder(g, config)
    : { embedding: embeddingInput(g, config, samples), weights: new Map<string, Value>() }
  const batch = {
    images: samples,
    queriesPerImage: 1,
    tokens: prompt.labels.length,
    output: outputOf(prompt),
  }
  const decoder = buildDecoder(g, config, batch, encoder.embedding)
  const losses = maskLoss(
    g,
    {
      logits: resizedRows(g, decoder.lowRes, maskSide),
      predictedIou: decoder.predictedIou,
      target: g.input('target', [samples, 1, maskSide, maskSide]),
      bestOnly: g.input('bestOnly', [samples, 1]),
      batchIou: wholeBatch > 0 ? g.input('batchIou', [wholeBatch, 1]) : null,
    },
    loss,
  )
  return {
    losses,
    decoder,
    embedding: encoder.embedding,
    weights: new Map([...encoder.weights, ...decoder.weights]),
  }
}

/** As `ModelFamily.trainingGraph`; with `encoder` the whole model in one graph. */
export function trainingGraph(config: MedSamLiteConfig, options: TrainingGraphOptions & Whole): Graph {
  const g = new GraphBuilder('training')
  const { losses, weights, embedding } = buildLoss(g, config, options)
  const trained = [...weights].filter(([name]) => isTrainable(name) && options.trained(name))
  const wanted: (readonly [string, Value])[] = options.embeddingGradient
    ? [['embedding', embedding], ...trained]
    : trained
  const from = { output: losses.total, gradient: g.input('weight', []) }
  const { total, terms, jointIou } = losses
  return g.build({ total, ...terms, jointIou, ...namedGradients(g, from, wanted) })
}

/** As `ModelFamily.lossGraph`. */
export function lossGraph(config: MedSamLiteConfig, options: LossGraphOptions & Whole): Graph {
  const g = new GraphBuilder('loss')
  const { losses, decoder } = buildLoss(g, config, options)
  const { lowRes, predictedIou } = decoder
  const { total, terms, jointIou } = losses
  return g.build({ total, ...terms, jointIou, lowRes, predictedIou })
}
