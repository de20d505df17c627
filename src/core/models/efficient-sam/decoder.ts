import { invariant } from '../../../shared/errors'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import type { Parameters } from '../../training/parameters'
import type { EfficientSamConfig } from './config'
import type { DecoderBatch } from './decoder-graphs'
import { decoderGraph, keyPositionGraph } from './decoder-graphs'
import { labelColumnsOf } from './prompt-encoder'
import { promptTensors } from '../prompt-inputs'
import type { PromptTokens } from '../prompt-tokens'
import type { DecodedMasks } from '../segmenter'

/** Prompts of a batch as the decoder's graphs take them. */
export function promptInputs(config: EfficientSamConfig, prompts: readonly PromptTokens[]): NamedTensors {
  return promptTensors(prompts, labelColumnsOf(config))
}

/** Weights that a program takes, under their full names. */
export function weightFeeds(program: readonly string[], parameters: Parameters): NamedTensors {
  return Object.fromEntries(
    program.filter(name => parameters.has(name)).map(name => [name, parameters.get(name)]),
  )
}

/** Position code of the embedding's cells: depends on the weights' fixed buffer and the resolution only. */
export async function keyPositionOf(
  engine: Engine,
  config: EfficientSamConfig,
  parameters: Parameters,
): Promise<Float32Tensor> {
  const graph = keyPositionGraph(config)
  const program = await engine.compile(graph)
  const { keyPosition } = await program.run(
    weightFeeds(
      graph.inputs.map(input => input.name),
      parameters,
    ),
  )
  await program.dispose()
  invariant(keyPosition, 'the position code is an output')
  return keyPosition
}

/** Runs prompt encoder and mask decoder on an engine. */
export class PromptedDecoder {
  readonly #engine: Engine
  readonly #config: EfficientSamConfig
  readonly #parameters: Parameters
  readonly #programs = new Map<string, Promise<{ program: Program; inputs: readonly string[] }>>()
  #keyPosition: Promise<Float32Tensor> | null = null

  constructor(engine: Engine, config: EfficientSamConfig, parameters: Parameters) {
    this.#engine = engine
    this.#config = config
    this.#parameters = parameters
  }

  /**
   * @param embedding - [images, decoderDim, side, side]
   * @param prompts - as many for each image, those of one image together; all with the same number of tokens
   */
  async decode(embedding: Float32Tensor, prompts: readonly PromptTokens[]): Promise<DecodedMasks> {
    const images = embedding.shape[0] ?? 1
    const { program, inputs } = await this.#program({
      images,
      queriesPerImage: prompts.length / images,
      tokens: prompts[0]?.labels.length ?? 0,
    })
    this.#keyPosition ??= keyPositionOf(this.#engine, this.#config, this.#parameters)
    const { lowRes, predictedIou } = await program.run({
      embedding,
      keyPosition: await this.#keyPosition,
      ...promptInputs(this.#config, prompts),
      ...weightFeeds(inputs, this.#parameters),
    })
    invariant(lowRes && predictedIou, 'the decoder gives masks and their predicted IoU')
    return { lowRes, predictedIou }
  }

  #program(batch: DecoderBatch): Promise<{ program: Program; inputs: readonly string[] }> {
    const key = `${batch.images} ${batch.queriesPerImage} ${batch.tokens}`
    const known = this.#programs.get(key)
    if (known) return known
    const graph = decoderGraph(this.#config, batch)
    const inputs = graph.inputs.map(input => input.name)
    const compiled = this.#engine.compile(graph).then(program => ({ program, inputs }))
    this.#programs.set(key, compiled)
    return compiled
  }
}
