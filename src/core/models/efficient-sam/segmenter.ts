import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { Prompt } from '../../../shared/domain/prompt'
import { preprocessImage } from '../../imaging/preprocess'
import { restoreMask } from '../../imaging/restore'
import type { Engine } from '../../engine'
import type { Tensor } from '../../tensor/tensor'
import { float32, tensor } from '../../tensor/tensor'
import type { Parameters } from '../../training/parameters'
import type { Candidate, Embedding, Proposal, Segmenter } from '../segmenter'
import type { EfficientSamConfig } from './config'
import { PromptedDecoder } from './decoder'
import { ImageEncoder } from './encoder'
import { labelledPoints, promptTokens } from './prompt-tokens'

export interface EfficientSam {
  readonly config: EfficientSamConfig
  readonly parameters: Parameters
  readonly preprocessing: Preprocessing
}

/** EfficientSAM ready to answer prompts. */
export class EfficientSamSegmenter implements Segmenter {
  readonly preprocessing: Preprocessing
  readonly #engine: Engine
  readonly #slots: number
  readonly #encoder: ImageEncoder
  readonly #decoder: PromptedDecoder

  constructor(engine: Engine, { config, parameters, preprocessing }: EfficientSam) {
    this.#engine = engine
    this.#slots = config.promptTokens
    this.preprocessing = preprocessing
    this.#encoder = new ImageEncoder(engine, config, parameters)
    this.#decoder = new PromptedDecoder(engine, config, parameters)
  }

  async embed(image: Tensor): Promise<Embedding> {
    const { input, geometry } = preprocessImage(image, this.preprocessing)
    return { geometry, features: await this.#encoder.forward(input) }
  }

  /**
   * Decodes a prompt. Weights know no negative click yet, so red clicks are decoded as an object of their own and
   * taken away; clicks beyond the slots are answered with the first and the last ones (see `keptPoints`).
   */
  async segment(embedding: Embedding, prompt: Prompt): Promise<Proposal> {
    const positive = prompt.points.filter(point => point.sign === 'positive')
    const negative = prompt.points.filter(point => point.sign === 'negative')
    const wanted = await this.#candidates(embedding, { box: prompt.box, points: positive })
    const best = bestFirst(wanted)
    const mask = maskOf(embedding, best[0])
    if (negative.length > 0) await this.#subtract(embedding, negative, mask)
    const { height, width } = embedding.geometry
    return {
      mask: tensor('uint8', [height, width], mask),
      predictedIou: best[0]?.predictedIou ?? 0,
      candidates: best,
    }
  }

  async dispose(): Promise<void> {
    await this.#engine.dispose()
  }

  async #subtract(embedding: Embedding, negative: Prompt['points'], mask: Uint8Array): Promise<void> {
    const unwanted = maskOf(
      embedding,
      bestFirst(await this.#candidates(embedding, { box: null, points: negative }))[0],
    )
    unwanted.forEach((value, pixel) => {
      if (value) mask[pixel] = 0
    })
  }

  async #candidates(embedding: Embedding, prompt: Prompt): Promise<Candidate[]> {
    const points = labelledPoints(prompt).slice(0, this.#slots)
    const tokens = promptTokens(points, embedding.geometry, this.#slots)
    const { lowRes, predictedIou } = await this.#decoder.decode(embedding.features, [tokens])
    const side = lowRes.shape.at(-1) ?? 0
    return [...predictedIou.data].map((iou, index) => ({
      predictedIou: iou,
      lowRes: float32([side, side], lowRes.data.slice(index * side * side, (index + 1) * side * side)),
    }))
  }
}

function bestFirst(candidates: readonly Candidate[]): Candidate[] {
  return [...candidates].sort((a, b) => b.predictedIou - a.predictedIou)
}

/** Logits >= 0 at the slice's size. */
function maskOf(embedding: Embedding, candidate: Candidate | undefined): Uint8Array {
  const { height, width } = embedding.geometry
  if (!candidate) return new Uint8Array(height * width)
  return Uint8Array.from(restoreMask(candidate.lowRes.data, embedding.geometry), logit =>
    logit >= 0 ? 1 : 0,
  )
}
