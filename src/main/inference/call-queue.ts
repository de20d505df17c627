import type {
  InferenceAnswer,
  InferenceAnswers,
  InferenceInputs,
  InferenceKind,
  InferenceRequest,
} from '../workers/inference-contract'
import type { CallOptions } from './inference'

interface Call {
  readonly id: number
  readonly request: InferenceRequest
  readonly resolve: (answer: InferenceAnswer) => void
  readonly reject: (error: unknown) => void
}

interface Lane {
  readonly waiting: Call[]
  running: Call | null
}

/** Kinds that take no engine: nobody who asks one waits for masks. */
const quickKinds: readonly InferenceKind[] = ['isEncoded', 'known', 'cacheBytes', 'setCacheLimit']

/**
 * Calls for one thread in the order of their urgency. One urgent call is sent at a time, and beside it may run one of
 * those that can wait: between two engine runs of that one, the thread turns to the urgent one.
 */
export class CallQueue {
  readonly #send: (id: number, request: InferenceRequest) => void
  readonly #now: Lane = { waiting: [], running: null }
  readonly #later: Lane = { waiting: [], running: null }
  readonly #quick: Lane = { waiting: [], running: null }
  readonly #lanes = [this.#now, this.#later, this.#quick]
  #lastId = 0

  constructor(send: (id: number, request: InferenceRequest) => void) {
    this.#send = send
  }

  /** Rejects with the signal's reason as soon as it is aborted; a call that the thread has begun runs on unheard. */
  add<K extends InferenceKind>(
    kind: K,
    input: InferenceInputs[K],
    { signal, urgency = 'now' }: CallOptions = {},
  ): Promise<InferenceAnswers[K]> {
    const lane = quickKinds.includes(kind) ? this.#quick : urgency === 'now' ? this.#now : this.#later
    return new Promise<InferenceAnswer>((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(abortReason(signal))
        return
      }
      // The kind picks its input, which TypeScript cannot follow into the union.
      const request = { kind, input } as InferenceRequest
      const abort = (): void => {
        const place = lane.waiting.indexOf(call)
        if (place >= 0) lane.waiting.splice(place, 1)
        if (signal) reject(abortReason(signal))
      }
      const settled =
        <V>(settle: (value: V) => void) =>
        (value: V): void => {
          signal?.removeEventListener('abort', abort)
          settle(value)
        }
      const call = { id: ++this.#lastId, request, resolve: settled(resolve), reject: settled(reject) }
      signal?.addEventListener('abort', abort, { once: true })
      lane.waiting.push(call)
      this.#pump()
    }) as Promise<InferenceAnswers[K]> // the thread answers each kind with its own
  }

  resolve(id: number, answer: InferenceAnswer): void {
    this.#settled(id)?.resolve(answer)
  }

  reject(id: number, error: unknown): void {
    this.#settled(id)?.reject(error)
  }

  /** Of all calls, whether the thread has begun them or not. */
  failAll(error: unknown): void {
    for (const lane of this.#lanes) {
      lane.running?.reject(error)
      lane.running = null
      for (const call of lane.waiting.splice(0)) call.reject(error)
    }
  }

  /** null: of a thread that is gone, or given up */
  #settled(id: number): Call | null {
    const lane = this.#lanes.find(({ running }) => running?.id === id)
    if (!lane) return null
    const call = lane.running
    lane.running = null
    this.#pump()
    return call
  }

  #pump(): void {
    this.#advance(this.#quick)
    this.#advance(this.#now)
    if (this.#now.running === null) this.#advance(this.#later)
  }

  #advance(lane: Lane): void {
    if (lane.running !== null) return
    const next = lane.waiting.shift()
    if (!next) return
    lane.running = next
    this.#send(next.id, next.request)
  }
}

function abortReason({ reason }: AbortSignal): Error {
  return reason instanceof Error ? reason : new DOMException('Cancelled.', 'AbortError')
}
