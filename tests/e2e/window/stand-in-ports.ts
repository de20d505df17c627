import { EventEmitter } from 'node:events'

/** The main process's end of a channel, as Electron's `MessagePortMain`. Messages are copied, never transferred. */
export class StandInPort extends EventEmitter {
  readonly #send: (data: unknown) => void
  readonly #end: () => void
  #isStarted = false
  #isClosed = false
  readonly #waiting: unknown[] = []

  constructor(send: (data: unknown) => void, end: () => void) {
    super()
    this.#send = send
    this.#end = end
  }

  postMessage(data: unknown): void {
    if (!this.#isClosed) this.#send(structuredClone(data))
  }

  start(): void {
    this.#isStarted = true
    for (const data of this.#waiting.splice(0)) this.emit('message', { data })
  }

  /** By this end */
  close(): void {
    this.#end()
    this.ended()
  }

  /** What came from the other end */
  received(data: unknown): void {
    if (this.#isStarted) this.emit('message', { data })
    else this.#waiting.push(data)
  }

  /** By the other end */
  ended(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.emit('close')
  }
}
