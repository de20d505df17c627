import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Prompt } from '../../../shared/domain/prompt'
import { AppError, invariant } from '../../../shared/errors'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import type { Graph } from '../../graph/graph'
import { preprocessImage } from '../../imaging/preprocess'
import type { Tensor } from '../../tensor/tensor'
import { float32 } from '../../tensor/tensor'
import type { Parameters } from '../../training/parameters'
import { labelledPoints, promptTokens } from '../prompt-tokens'
import { candidatesOf, proposalOf } from '../proposal'
import type { Embedding, Proposal, Segmenter } from '../segmenter'
import type { MedSamLiteConfig } from './config'
import { decoderGraph, encoderGraph, keyPositionGraph } from './graphs'
import { labelColumnCount, oneHotLabels, tokensOf } from './prompt-encoder'

export interface MedSamLite {
  readonly config: MedSamLiteConfig
  readonly parameters: Parameters
  readonly preprocessing: Preprocessing
}

interface Compiled {
  readonly program: Program
  /** The weights among the graph's inputs */
  readonly weights: NamedTensors
}

/**
 * MedSAM-Lite ready to answer boxes, by its single-mask output. It was trained with nothing else: clicks and the three
 * masks for ambiguous prompts are not offered.
 */
export class MedSamLiteSegmenter implements Segmenter {
  readonly preprocessing: Preprocessing
  readonly #engine: Engine
  readonly #model: MedSamLite
  #encoder: Promise<Compiled> | null = null
  #decoder: Promise<Compiled> | null = null
  #keyPosition: Promise<Float32Tensor> | null = null

  constructor(engine: Engine, model: MedSamLite) {
    this.#engine = engine
    this.#model = model
    this.preprocessing = model.preprocessing
  }

  async embed(image: Tensor): Promise<Embedding> {
    const { input, geometry } = preprocessImage(image, this.preprocessing)
    this.#encoder ??= this.#compile(encoderGraph(this.#model.config))
    const { program, weights } = await this.#encoder
    const { embedding } = await program.run({ image: input, ...weights })
    invariant(embedding, 'the encoder gives an embedding')
    return { geometry, features: embedding }
  }

  /** @throws AppError PROMPT_NOT_OFFERED for anything but a box */
  async segment({ features, geometry }: Embedding, prompt: Prompt): Promise<Proposal> {
    if (!prompt.box || prompt.points.length > 0) {
      throw new AppError('PROMPT_NOT_OFFERED', { model: 'MedSAM-Lite', offered: 'a box' })
    }
    const corners = labelledPoints(prompt)
    const tokens = tokensOf(corners)
    const { points, labels } = promptTokens(corners, geometry, tokens)
    this.#decoder ??= this.#compile(
      decoderGraph(this.#model.config, { images: 1, queriesPerImage: 1, tokens, output: 'single' }),
    )
    const { program, weights } = await this.#decoder
    const { lowRes, predictedIou } = await program.run({
      embedding: features,
      keyPosition: await this.#positions(),
      points: float32([1, tokens, 2], points),
      labels: float32([1, tokens, labelColumnCount], oneHotLabels(labels)),
      ...weights,
    })
    invariant(lowRes && predictedIou, 'the decoder gives a mask and its predicted IoU')
    return proposalOf(candidatesOf(lowRes.data, predictedIou.data), geometry)
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose()
  }

  #positions(): Promise<Float32Tensor> {
    this.#keyPosition ??= this.#compile(keyPositionGraph(this.#model.config)).then(async compiled => {
      const { keyPosition } = await compiled.program.run(compiled.weights)
      await compiled.program.dispose()
      invariant(keyPosition, 'the position code is an output')
      return keyPosition
    })
    return this.#keyPosition
  }

  async #compile(graph: Graph): Promise<Compiled> {
    const { parameters } = this.#model
    const names = graph.inputs.map(input => input.name).filter(name => parameters.has(name))
    return {
      program: await this.#engine.compile(graph),
      weights: Object.fromEntries(names.map(name => [name, parameters.get(name)])),
    }
  }
}
