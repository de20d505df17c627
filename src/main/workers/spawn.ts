import { availableParallelism } from 'node:os'
import type { Worker, WorkerOptions } from 'node:worker_threads'
import type { JobEvent } from '../../shared/domain/events'
import type { EngineWorkerData, Job, WorkerMessage } from './contract'
import type { StopFlag } from './stop-flag'
import { fromWire } from './wire-error'

/** Makes the thread: the `?nodeWorker` import of `engine.worker.ts` in a build, a plain file in tests. */
export type CreateWorker = (options: WorkerOptions) => Worker

export interface RunOptions {
  readonly createWorker: CreateWorker
  /** Raised by the door that the user interrupts; the job reads it at its safe points */
  readonly stop: StopFlag
}

/**
 * Runs a job in a worker thread and yields its events.
 *
 * Leaving the loop early only raises the stop flag and then waits for the thread to end by itself: terminating
 * it, or leaving the process, aborts everything while a native run is in flight.
 *
 * @throws the job's AppError, or an Error with the worker's stack
 */
export async function* runJob(job: Job, { createWorker, stop }: RunOptions): AsyncGenerator<JobEvent> {
  const workerData: EngineWorkerData = { job, stop: stop.buffer, threads: threadsOf(job) }
  const inbox = new Inbox(createWorker({ workerData, name: job.name }))
  let finished = false
  try {
    for (;;) {
      const message = await inbox.next()
      if (message.kind === 'event') {
        yield message.event
        continue
      }
      finished = true
      if (message.kind === 'failed') throw fromWire(message.error)
      return
    }
  } finally {
    if (!finished) {
      stop.request()
      stop.request()
    }
    await inbox.exited
  }
}

function threadsOf(job: Job): number {
  const asked = 'threads' in job.options ? job.options.threads : undefined
  return asked ?? availableParallelism()
}

/** The worker's messages in order; a thread that dies without a last word counts as failed. */
class Inbox {
  readonly exited: Promise<void>
  readonly #queue: WorkerMessage[] = []
  #wake: () => void = () => undefined

  constructor(worker: Worker) {
    worker.on('message', (message: WorkerMessage) => this.#push(message))
    worker.on('error', (error: unknown) => this.#push(lastWord(error)))
    this.exited = new Promise(resolve => {
      worker.on('exit', code => {
        this.#push(lastWord(new Error(`The worker ended with code ${code} and without a result.`)))
        resolve()
      })
    })
  }

  async next(): Promise<WorkerMessage> {
    for (;;) {
      const message = this.#queue.shift()
      if (message !== undefined) return message
      await new Promise<void>(resolve => (this.#wake = resolve))
    }
  }

  #push(message: WorkerMessage): void {
    this.#queue.push(message)
    this.#wake()
  }
}

function lastWord(error: unknown): WorkerMessage {
  const message = error instanceof Error ? error.message : String(error)
  const stack = error instanceof Error ? (error.stack ?? message) : message
  return { kind: 'failed', error: { code: null, data: null, message, stack } }
}
