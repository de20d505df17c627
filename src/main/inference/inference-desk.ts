import type { Engine } from '../../core/engine'
import { AppError } from '../../shared/errors'
import { EmbeddingStore } from '../files/embedding-store'
import { PixelDigests } from '../files/pixel-digests'
import type {
  InferenceAnswer,
  InferenceInputs,
  InferenceRequest,
  InferenceWorkerData,
} from '../workers/inference-contract'
import { candidateMasks } from './candidate-masks'
import { Embeddings } from './embeddings'
import { foundOnSlice } from './found-on-slice'
import type { SliceSource } from './inference'
import { measureModel } from './measure-model'
import type { WarmModel } from './warm-models'
import { WarmModels } from './warm-models'

export interface InferenceDeskOptions extends Omit<InferenceWorkerData, 'threads'> {
  readonly openEngine: () => Engine
}

/** Answers each kind of request; in the worker's thread, where engines may load. */
export class InferenceDesk {
  readonly #models: WarmModels
  readonly #store: EmbeddingStore
  readonly #embeddings: Embeddings
  readonly #warmedUp = new WeakSet<WarmModel>()

  constructor({ folders, openEngine, cacheFolder, cacheLimitBytes, memoryBytes }: InferenceDeskOptions) {
    this.#models = new WarmModels({ folders, openEngine })
    this.#store = new EmbeddingStore(cacheFolder, cacheLimitBytes)
    this.#embeddings = new Embeddings(this.#store, new PixelDigests(`${cacheFolder}-pixels`), memoryBytes)
  }

  async answer(request: InferenceRequest): Promise<InferenceAnswer> {
    switch (request.kind) {
      case 'encode':
      case 'isEncoded':
      case 'segment':
      case 'find':
        return this.#answerOnSlice(request)
      case 'known': {
        const { model, sources } = request.input
        return this.#models.use(model, warm => this.#embeddings.known(warm, sources))
      }
      case 'describe':
        return this.#models.use(request.input.model, ({ segmenter, finder }) =>
          Promise.resolve({ offersClicks: segmenter.offersClicks, hasFinder: finder !== null }),
        )
      case 'measure':
        return this.#models.use(request.input.model, ({ segmenter }) => measureModel(segmenter))
      case 'cacheBytes':
        return this.#store.bytes()
      case 'clearCache':
        await this.#embeddings.clear()
        return null
      case 'setCacheLimit':
        await this.#store.setLimit(request.input.bytes)
        return null
    }
  }

  dispose(): Promise<void> {
    return this.#models.dispose()
  }

  /** The first prompt to a model also compiles its decoder: better now than under somebody's hand. */
  async #warmUp(warm: WarmModel, source: SliceSource): Promise<void> {
    if (this.#warmedUp.has(warm)) return
    this.#warmedUp.add(warm)
    const embedding = await this.#embeddings.of(warm, source)
    await warm.segmenter.segment(embedding, { box: { x0: 0, y0: 0, x1: 1, y1: 1 }, points: [] })
  }

  #answerOnSlice(
    request: Extract<InferenceRequest, { input: InferenceInputs['encode'] }>,
  ): Promise<InferenceAnswer> {
    const { model, source } = request.input
    return this.#models.use(model, async (warm): Promise<InferenceAnswer> => {
      switch (request.kind) {
        case 'encode':
          await this.#embeddings.ensure(warm, source)
          await this.#warmUp(warm, source)
          return null
        case 'isEncoded':
          return this.#embeddings.has(warm, source)
        case 'segment': {
          const embedding = await this.#embeddings.of(warm, source)
          return candidateMasks(
            await warm.segmenter.segment(embedding, request.input.prompt),
            embedding.geometry,
          )
        }
        case 'find': {
          if (!warm.finder) throw new AppError('NO_FINDER', { model })
          const { segmenter, finder } = warm
          const embedding = await this.#embeddings.of(warm, source)
          return foundOnSlice({ segmenter, finder, embedding, neighbours: request.input.neighbours })
        }
      }
    })
  }
}
