import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import type { Value } from '../../graph/op'
import { weightInputs } from '../../nn/weight-inputs'
import type { EfficientSamConfig } from './config'
import { gridSide } from './config'
import type { DecoderOutputs } from './mask-decoder'
import { maskDecoder } from './mask-decoder'
import { densePositionCode, labelColumnsOf, promptEncoder } from './prompt-encoder'
import type { Trace } from './trace'

export interface DecoderBatch {
  readonly images: number
  readonly queriesPerImage: number
  /** Prompt tokens of each query; the official code has 6 and pads */
  readonly tokens: number
}

export interface DecoderValues extends DecoderOutputs {
  readonly embedding: Value
  /** By full name */
  readonly weights: ReadonlyMap<string, Value>
}

/** Of 64 channels and then, four times as many, of 32: half a megabyte and a megabyte. */
const mostRows = 2048

/**
 * Prompt encoder and mask decoder together: inputs `embedding`, `points`, `labels`, `keyPosition` and the weights by
 * their full names.
 */
export function buildDecoder(
  g: GraphBuilder,
  config: EfficientSamConfig,
  { images, queriesPerImage, tokens }: DecoderBatch,
  trace?: Trace,
): DecoderValues {
  const side = gridSide(config)
  const batch = images * queriesPerImage
  const embedding = g.input('embedding', [images, config.decoderDim, side, side])
  const points = g.input('points', [batch, tokens, 2])
  const labels = g.input('labels', [batch, tokens, labelColumnsOf(config).length])
  const keyPosition = g.input('keyPosition', [side * side, config.decoderDim])
  const promptWeights = weightInputs(g, 'prompt_encoder.')
  const decoderWeights = weightInputs(g, 'mask_decoder.')
  const besideWeights = weightInputs(g, 'slicetune.')
  const prompts = promptEncoder(
    g,
    config,
    { points, labels },
    { official: promptWeights.weight, beside: besideWeights.weight },
  )
  trace?.('prompt.sparse', () => prompts)
  const outputs = maskDecoder(
    g,
    config,
    { embedding, prompts, keyPosition },
    // Inner values of a tile are nobody's business outside: what is traced is computed whole.
    { weight: decoderWeights.weight, ...(trace ? { trace } : { rows: mostRows }) },
  )
  const weights = new Map([...promptWeights.values, ...decoderWeights.values, ...besideWeights.values])
  return { ...outputs, embedding, weights }
}

export function decoderGraph(config: EfficientSamConfig, batch: DecoderBatch): Graph {
  const g = new GraphBuilder('decoder')
  const { lowRes, predictedIou } = buildDecoder(g, config, batch)
  return g.build({ lowRes, predictedIou })
}

/** Position code of the embedding's cells, which does not depend on the image: run once, `keyPosition` from then on. */
export function keyPositionGraph(config: EfficientSamConfig): Graph {
  const g = new GraphBuilder('key-position')
  const keyPosition = densePositionCode(g, config, weightInputs(g, 'prompt_encoder.').weight)
  return g.build({ keyPosition })
}
