import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Prompt } from '../../../shared/domain/prompt'
import { preprocessImage } from '../../imaging/preprocess'
import type { Engine } from '../../engine'
import type { Tensor } from '../../tensor/tensor'
import type { Parameters } from '../../training/parameters'
import { candidatesOf, proposalOf } from '../proposal'
import { removeRed, withoutRed } from '../red-clicks'
import type { Candidate, Embedding, Proposal, Segmenter } from '../segmenter'
import type { EfficientSamConfig } from './config'
import { PromptedDecoder } from './decoder'
import { ImageEncoder } from './encoder'
import { labelledPoints, promptTokens } from '../prompt-tokens'

export interface EfficientSam {
  readonly config: EfficientSamConfig
  readonly parameters: Parameters
  readonly preprocessing: Preprocessing
}

/** EfficientSAM ready to answer prompts. */
export class EfficientSamSegmenter implements Segmenter {
  readonly preprocessing: Preprocessing
  readonly offersClicks = true
  readonly #engine: Engine
  readonly #slots: number
  readonly #knowsRed: boolean
  readonly #encoder: ImageEncoder
  readonly #decoder: PromptedDecoder

  /** @param model - with an encoder that is compiled already, where there is one */
  constructor(engine: Engine, model: EfficientSam & { readonly encoder?: ImageEncoder }) {
    const { config, parameters, preprocessing } = model
    this.#engine = engine
    this.#slots = config.promptTokens
    this.#knowsRed = config.negativeClicks
    this.preprocessing = preprocessing
    this.#encoder = model.encoder ?? new ImageEncoder(engine, config, parameters)
    this.#decoder = new PromptedDecoder(engine, config, parameters)
  }

  async embed(image: Tensor): Promise<Embedding> {
    const { input, geometry } = preprocessImage(image, this.preprocessing)
    return { geometry, features: await this.#encoder.forward(input) }
  }

  /** Whatever the weights know of red clicks, what lies under one is no part of the answer. */
  async segment(embedding: Embedding, prompt: Prompt): Promise<Proposal> {
    const { geometry } = embedding
    const known = this.#knowsRed ? prompt : withoutRed(prompt)
    const found = await this.#decode(embedding, known)
    const decode = (apart: Prompt): Promise<Candidate[]> => this.#decode(embedding, apart)
    const candidates = await removeRed(found, prompt, { geometry, decode, knowsRed: this.#knowsRed })
    return proposalOf(candidates, geometry)
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose()
  }

  async #decode({ features, geometry }: Embedding, prompt: Prompt): Promise<Candidate[]> {
    const points = labelledPoints(prompt)
    // The official code cuts what is beyond its slots; here more clicks make more tokens, and none is dropped.
    const tokens = promptTokens(points, geometry, Math.max(this.#slots, points.length))
    const { lowRes, predictedIou } = await this.#decoder.decode(features, [tokens])
    return candidatesOf(lowRes.data, predictedIou.data)
  }
}
