import type { Worker } from 'node:worker_threads'
import type { CandidateMask } from '../../shared/contract/segment'
import type { Prompt } from '../../shared/domain/prompt'
import { AppError } from '../../shared/errors'
import { log } from '../log'
import type {
  FromInference,
  InferenceAnswers,
  InferenceInputs,
  InferenceKind,
  InferenceWorkerData,
  ToInference,
} from '../workers/inference-contract'
import type { CreateWorker } from '../workers/spawn'
import { fromWire } from '../workers/wire-error'
import { CallQueue } from './call-queue'
import type { CallOptions, FoundMask, FoundOnSlice, Inference, ModelName, SliceSource } from './inference'

export interface InferenceOptions extends Omit<InferenceWorkerData, 'cacheLimitBytes' | 'memoryBytes'> {
  /** Makes the thread: the `?nodeWorker` import of `inference.worker.ts` in a build, a plain file in tests */
  readonly createWorker: CreateWorker
  readonly cacheLimitBytes?: number
  readonly memoryBytes?: number
}

/** Starts its thread at the first call. */
export function createInference({ createWorker, ...options }: InferenceOptions): Inference {
  return new ThreadInference(createWorker, { cacheLimitBytes: 4e9, memoryBytes: 2 ** 28, ...options })
}

/**
 * The warm model in a thread of its own. The thread is never terminated: that would abort a native run and the process.
 * One that dies takes the calls under way with it, and the next call starts another.
 */
class ThreadInference implements Inference {
  readonly #createWorker: CreateWorker
  #data: InferenceWorkerData
  #thread: { readonly worker: Worker; readonly exited: Promise<void> } | null = null
  #isDisposed = false
  readonly #queue = new CallQueue((id, request) => this.#post({ id, request }))

  constructor(createWorker: CreateWorker, data: InferenceWorkerData) {
    this.#createWorker = createWorker
    this.#data = data
  }

  async encode(model: ModelName, source: SliceSource, options?: CallOptions): Promise<void> {
    await this.#ask('encode', { model, source }, options)
  }

  isEncoded(model: ModelName, source: SliceSource): Promise<boolean> {
    return this.#ask('isEncoded', { model, source })
  }

  known(model: ModelName, sources: readonly SliceSource[]): Promise<readonly boolean[]> {
    return this.#ask('known', { model, sources })
  }

  segment(
    model: ModelName,
    source: SliceSource,
    prompt: Prompt,
    options?: CallOptions,
  ): Promise<readonly CandidateMask[]> {
    return this.#ask('segment', { model, source, prompt }, options)
  }

  find(
    model: ModelName,
    source: SliceSource,
    neighbours: readonly FoundMask[],
    options?: CallOptions,
  ): Promise<FoundOnSlice> {
    return this.#ask('find', { model, source, neighbours }, options)
  }

  describe(model: ModelName): Promise<InferenceAnswers['describe']> {
    return this.#ask('describe', { model })
  }

  measure(model: ModelName): Promise<InferenceAnswers['measure']> {
    return this.#ask('measure', { model })
  }

  cacheBytes(): Promise<number> {
    return this.#ask('cacheBytes', {})
  }

  async clearCache(): Promise<void> {
    await this.#ask('clearCache', {})
  }

  setCacheLimit(bytes: number): void {
    // For a thread that is started later, too.
    this.#data = { ...this.#data, cacheLimitBytes: bytes }
    if (!this.#thread) return
    this.#ask('setCacheLimit', { bytes }).catch((error: unknown) =>
      log.warn({ err: error }, 'The limit of the embeddings cache was not set'),
    )
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true
    this.#queue.failAll(new AppError('ABORTED', {}))
    const thread = this.#thread
    if (!thread) return
    this.#post({ kind: 'end' })
    await thread.exited
  }

  #ask<K extends InferenceKind>(
    kind: K,
    input: InferenceInputs[K],
    options?: CallOptions,
  ): Promise<InferenceAnswers[K]> {
    if (this.#isDisposed) return Promise.reject(new AppError('ABORTED', {}))
    return this.#queue.add(kind, input, options)
  }

  #post(message: ToInference): void {
    this.#thread ??= this.#start()
    this.#thread.worker.postMessage(message)
  }

  #start(): { worker: Worker; exited: Promise<void> } {
    const worker = this.#createWorker({ workerData: this.#data, name: 'inference' })
    worker.on('message', (reply: FromInference) => {
      if (reply.kind === 'answer') this.#queue.resolve(reply.id, reply.answer)
      else this.#queue.reject(reply.id, fromWire(reply.error))
    })
    worker.on('error', (error: unknown) => log.error({ err: error }, 'The thread of the model failed'))
    const exited = new Promise<void>(resolve => {
      worker.once('exit', code => {
        this.#thread = null
        if (!this.#isDisposed) log.error({ code }, 'The thread of the model ended')
        this.#queue.failAll(new AppError('BACKEND_LOST', {}))
        resolve()
      })
    })
    return { worker, exited }
  }
}
