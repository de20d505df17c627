import { GraphBuilder } from '../../graph/builder'
import type { Graph } from '../../graph/graph'
import type { Value } from '../../graph/op'
import { weightInputs } from '../../nn/weight-inputs'
import type { MedSamLiteConfig } from './config'
import { gridSide } from './config'
import { imageEncoder } from './image-encoder'
import type { DecoderOutputs, MaskOutput } from './mask-decoder'
import { maskDecoder } from './mask-decoder'
import { densePositionCode, labelColumnCount, noMask, promptEncoder } from './prompt-encoder'
import type { Trace } from './trace'

export interface DecoderBatch {
  readonly images: number
  readonly queriesPerImage: number
  /** Prompt tokens of each query; each kind of prompt has its own number (`tokensOf`) */
  readonly tokens: number
  readonly output: MaskOutput
}

export interface BuiltEncoder {
  readonly embedding: Value
  /** By full name */
  readonly weights: ReadonlyMap<string, Value>
}

export interface BuiltDecoder extends DecoderOutputs {
  /** By full name */
  readonly weights: ReadonlyMap<string, Value>
}

/** Inputs `image` [1, 3, resolution, resolution] and the encoder's weights by their full names. */
export function buildEncoder(
  g: GraphBuilder,
  config: MedSamLiteConfig,
  trace: Trace = () => undefined,
): BuiltEncoder {
  const { resolution } = config
  const image = g.input('image', [1, 3, resolution, resolution])
  const { weight, values } = weightInputs(g, 'image_encoder.')
  return { embedding: imageEncoder(g, config, image, weight, trace), weights: values }
}

/** The embedding as an input, [images, decoderDim, side, side]. */
export function embeddingInput(g: GraphBuilder, config: MedSamLiteConfig, images: number): Value {
  const side = gridSide(config)
  return g.input('embedding', [images, config.decoderDim, side, side])
}

/** Prompt encoder and mask decoder: inputs `points`, `labels`, `keyPosition` and the weights by their full names. */
export function buildDecoder(
  g: GraphBuilder,
  config: MedSamLiteConfig,
  { images, queriesPerImage, tokens, output }: DecoderBatch,
  embedding: Value,
  trace: Trace = () => undefined,
): BuiltDecoder {
  const batch = images * queriesPerImage
  const points = g.input('points', [batch, tokens, 2])
  const labels = g.input('labels', [batch, tokens, labelColumnCount])
  const keyPosition = g.input('keyPosition', [gridSide(config) ** 2, config.decoderDim])
  const prompt = weightInputs(g, 'prompt_encoder.')
  const decoder = weightInputs(g, 'mask_decoder.')
  const prompts = promptEncoder(g, config, { points, labels }, prompt.weight)
  trace('prompt.sparse', () => prompts)
  const inputs = { embedding, noMask: noMask(config, prompt.weight), prompts, keyPosition }
  const outputs = maskDecoder(g, config, inputs, decoder.weight, output)
  return { ...outputs, weights: new Map([...prompt.values, ...decoder.values]) }
}

export function encoderGraph(config: MedSamLiteConfig): Graph {
  const g = new GraphBuilder('encoder')
  return g.build({ embedding: buildEncoder(g, config).embedding })
}

export function decoderGraph(config: MedSamLiteConfig, batch: DecoderBatch): Graph {
  const g = new GraphBuilder('decoder')
  const { lowRes, predictedIou } = buildDecoder(g, config, batch, embeddingInput(g, config, batch.images))
  return g.build({ lowRes, predictedIou })
}

/** Position code of the embedding's cells, which does not depend on the image: run once, `keyPosition` from then on. */
export function keyPositionGraph(config: MedSamLiteConfig): Graph {
  const g = new GraphBuilder('key-position')
  const keyPosition = densePositionCode(g, config, weightInputs(g, 'prompt_encoder.').weight)
  return g.build({ keyPosition })
}
