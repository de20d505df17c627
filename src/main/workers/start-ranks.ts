import type { Worker } from 'node:worker_threads'
import type { Float32Tensor } from '../../core/engine'
import type { Parameters } from '../../core/training/parameters'
import type { WholeBatch } from '../../core/training/rank'
import type { StepLosses, TrainingSample } from '../../core/training/trainable'
import { AppError, invariant } from '../../shared/errors'
import type { RankPlan, StartedRank } from './engine-access'
import type { GradientWorkerData, RankReply, RankRequest } from './gradient-contract'
import type { CreateWorker } from './spawn'
import { fromWire } from './wire-error'

/**
 * Starts threads that share the weights of a model and each compute gradients with an engine of their own.
 *
 * @param createWorker - makes the thread: the `?nodeWorker` import of `gradient.worker.ts` in a build
 */
export function startRanks(createWorker: CreateWorker, plan: RankPlan): StartedRank[] {
  const { parameters, ...model } = plan.model
  return Array.from({ length: plan.count }, (_, index) => {
    const gradients = parameters.sharedZerosLike()
    const workerData: GradientWorkerData = {
      model,
      shapes: parameters.entries,
      weights: parameters.sharedMemory,
      gradients: gradients.sharedMemory,
      options: plan.options,
      threads: plan.threads,
    }
    const worker = createWorker({ workerData, name: `gradients ${index + 1}` })
    return new WorkerRank(worker, gradients, { worker: index + 1, workers: plan.count })
  })
}

interface Waiting {
  readonly resolve: (reply: RankReply) => void
  readonly reject: (error: unknown) => void
}

/** A rank in a thread of its own. The thread is never terminated: that would abort a native run and the process. */
class WorkerRank implements StartedRank {
  readonly gradients: Parameters
  readonly #worker: Worker
  readonly #place: { readonly worker: number; readonly workers: number }
  readonly #exited: Promise<void>
  /** Requests under way, in the order in which they are answered */
  readonly #waiting: Waiting[] = []
  /** Why no further request can be answered */
  #death: Error | null = null

  constructor(worker: Worker, gradients: Parameters, place: { worker: number; workers: number }) {
    this.gradients = gradients
    this.#worker = worker
    this.#place = place
    worker.on('message', (reply: RankReply) => this.#waiting.shift()?.resolve(reply))
    worker.on('error', (error: unknown) => this.#died(error))
    this.#exited = new Promise(resolve => {
      worker.on('exit', code => {
        this.#died(new Error(`its thread ended with code ${code}`))
        resolve()
      })
    })
  }

  async computeGradients(samples: readonly TrainingSample[], whole: WholeBatch): Promise<StepLosses> {
    const reply = await this.#ask({ kind: 'gradients', samples: samples.map(packed), whole })
    invariant(reply.kind === 'gradients', 'losses are answered with losses')
    return reply.losses
  }

  async jointIous(samples: readonly TrainingSample[]): Promise<Float32Tensor> {
    const reply = await this.#ask({ kind: 'jointIous', samples: samples.map(packed) })
    invariant(reply.kind === 'jointIous', 'IoUs are answered with IoUs')
    return reply.ious
  }

  async dispose(): Promise<void> {
    this.#worker.postMessage({ kind: 'end' } satisfies RankRequest)
    await this.#exited
  }

  async #ask(request: Exclude<RankRequest, { kind: 'end' }>): Promise<RankReply> {
    if (this.#death) throw this.#death
    const reply = await new Promise<RankReply>((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
      const buffers = request.samples.map(({ input }) => input.data.buffer)
      this.#worker.postMessage(
        request,
        buffers.filter(buffer => buffer instanceof ArrayBuffer),
      )
    })
    if (reply.kind === 'failed') throw fromWire(reply.error)
    return reply
  }

  #died(error: unknown): void {
    if (this.#death) return
    const reason = error instanceof Error ? error.message : String(error)
    this.#death = new AppError('WORKER_FAILED', { ...this.#place, reason })
    this.#death.cause = error
    for (const { reject } of this.#waiting.splice(0)) reject(this.#death)
  }
}

/** With an input of its own: it is given away, and a view would take along all that lies beside it. */
function packed(sample: TrainingSample): TrainingSample {
  const { input, target } = sample
  return { ...sample, input: { ...input, data: input.data.slice() }, target: target.slice() }
}
