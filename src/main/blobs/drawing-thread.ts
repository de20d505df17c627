import type { Worker } from 'node:worker_threads'
import { AppError } from '../../shared/errors'
import { log } from '../log'
import type { CreateWorker } from '../workers/spawn'
import type { DrawingReply, DrawingRequest } from '../workers/drawing-contract'
import { fromWire } from '../workers/wire-error'
import type { Draw, DrawTask } from './draw-task'

interface Waiting {
  readonly resolve: (png: Uint8Array<ArrayBuffer>) => void
  readonly reject: (error: unknown) => void
}

/**
 * Draws thumbnails in a thread of its own, so that a wall of them keeps nobody waiting who asks for a mask. It starts at
 * the first one; a thread that dies takes what it was at with it, and the next call starts another.
 */
export class DrawingThread {
  readonly #createWorker: CreateWorker
  readonly #waiting = new Map<number, Waiting>()
  #worker: Worker | null = null
  #lastId = 0

  constructor(createWorker: CreateWorker) {
    this.#createWorker = createWorker
  }

  readonly draw: Draw = task => {
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#post({ id, task })
    })
  }

  /** Nothing native runs in it: it need not be waited for. */
  async dispose(): Promise<void> {
    await this.#worker?.terminate()
  }

  #post(request: { readonly id: number; readonly task: DrawTask }): void {
    this.#worker ??= this.#start()
    this.#worker.postMessage(request satisfies DrawingRequest)
  }

  #start(): Worker {
    const worker = this.#createWorker({ name: 'drawing' })
    worker.on('message', (reply: DrawingReply) => {
      const waiting = this.#waiting.get(reply.id)
      this.#waiting.delete(reply.id)
      if ('png' in reply) waiting?.resolve(reply.png)
      else waiting?.reject(fromWire(reply.error))
    })
    worker.on('error', (error: unknown) => log.error({ err: error }, 'The thread of thumbnails failed'))
    worker.once('exit', () => {
      this.#worker = null
      for (const { reject } of this.#waiting.values()) reject(new AppError('BACKEND_LOST', {}))
      this.#waiting.clear()
    })
    worker.unref()
    return worker
  }
}
