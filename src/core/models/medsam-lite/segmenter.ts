import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Prompt } from '../../../shared/domain/prompt'
import { AppError, invariant } from '../../../shared/errors'
import type { Engine, Float32Tensor, NamedTensors, Program } from '../../engine'
import type { Graph } from '../../graph/graph'
import { preprocessImage } from '../../imaging/preprocess'
import type { Tensor } from '../../tensor/tensor'
import type { Parameters } from '../../training/parameters'
import type { PromptTokens } from '../prompt-tokens'
import { labelledPoints, promptTokens } from '../prompt-tokens'
import { candidatesOf, proposalOf } from '../proposal'
import { removeRed } from '../red-clicks'
import type { Candidate, Embedding, Proposal, Segmenter } from '../segmenter'
import type { MedSamLiteConfig } from './config'
import { decoderGraph, encoderGraph, keyPositionGraph } from './graphs'
import type { ImageEncoder } from './encoder'
import { promptInputs } from './family'
import { outputOf, tokensOf } from './prompt-encoder'

export interface MedSamLite {
  readonly config: MedSamLiteConfig
  readonly parameters: Parameters
  readonly preprocessing: Preprocessing
  /** Whether it was tuned with clicks; with boxes every one was */
  readonly knowsClicks: boolean
}

interface Compiled {
  readonly program: Program
  /** The weights among the graph's inputs */
  readonly weights: NamedTensors
}

/**
 * MedSAM-Lite ready to answer. As published it was trained with boxes and nothing else: clicks, and the three masks for
 * ambiguous prompts, are offered once it was tuned with them.
 */
export class MedSamLiteSegmenter implements Segmenter {
  readonly preprocessing: Preprocessing
  readonly offersClicks: boolean
  readonly #engine: Engine
  readonly #model: MedSamLite
  readonly #ownEncoder: ImageEncoder | null
  readonly #decoders = new Map<string, Promise<Compiled>>()
  #encoder: Promise<Compiled> | null = null
  #keyPosition: Promise<Float32Tensor> | null = null

  /** @param model - with an encoder that is compiled already, where there is one */
  constructor(engine: Engine, model: MedSamLite & { readonly encoder?: ImageEncoder }) {
    this.#engine = engine
    this.#model = model
    this.#ownEncoder = model.encoder ?? null
    this.preprocessing = model.preprocessing
    this.offersClicks = model.knowsClicks
  }

  async embed(image: Tensor): Promise<Embedding> {
    const { input, geometry } = preprocessImage(image, this.preprocessing)
    if (this.#ownEncoder) return { geometry, features: await this.#ownEncoder.forward(input) }
    this.#encoder ??= this.#compile(encoderGraph(this.#model.config))
    const { program, weights } = await this.#encoder
    const { embedding } = await program.run({ image: input, ...weights })
    invariant(embedding, 'the encoder gives an embedding')
    return { geometry, features: embedding }
  }

  /** @throws AppError PROMPT_NOT_OFFERED for a click, where the model was not tuned with clicks */
  async segment({ features, geometry }: Embedding, prompt: Prompt): Promise<Proposal> {
    if (!this.offersClicks && (!prompt.box || prompt.points.length > 0)) {
      throw new AppError('PROMPT_NOT_OFFERED', { model: 'MedSAM-Lite', offered: 'a box' })
    }
    const decode = (asked: Prompt): Promise<Candidate[]> => this.#decode({ features, geometry }, asked)
    const found = await decode(prompt)
    const candidates = await removeRed(found, prompt, { geometry, decode, knowsRed: true })
    return proposalOf(candidates, geometry)
  }

  async #decode({ features, geometry }: Embedding, prompt: Prompt): Promise<Candidate[]> {
    const points = labelledPoints(prompt)
    const tokens = promptTokens(points, geometry, tokensOf(points))
    const { program, weights } = await this.#decoder(tokens)
    const { lowRes, predictedIou } = await program.run({
      embedding: features,
      keyPosition: await this.#positions(),
      ...promptInputs([tokens]),
      ...weights,
    })
    invariant(lowRes && predictedIou, 'the decoder gives masks and their predicted IoU')
    return candidatesOf(lowRes.data, predictedIou.data)
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose()
  }

  #decoder(prompt: PromptTokens): Promise<Compiled> {
    const [tokens, output] = [prompt.labels.length, outputOf(prompt)]
    const key = `${tokens} ${output}`
    const known = this.#decoders.get(key)
    if (known) return known
    const graph = decoderGraph(this.#model.config, { images: 1, queriesPerImage: 1, tokens, output })
    const compiled = this.#compile(graph)
    this.#decoders.set(key, compiled)
    return compiled
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
