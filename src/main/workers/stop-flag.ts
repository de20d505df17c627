/**
 * A request to stop that crosses threads without messages: a busy worker reads it between two engine runs.
 * Level 1 asks to end in good order (finish the step, save, report); level 2 to stop at the next safe point.
 * Nobody ever terminates the thread: that would abort the process while a native run is in flight.
 */
export class StopFlag {
  readonly buffer: SharedArrayBuffer
  readonly #level: Int32Array
  readonly #aborter = new AbortController()

  constructor(buffer: SharedArrayBuffer = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.buffer = buffer
    this.#level = new Int32Array(buffer)
  }

  /** For calls of this thread that wait for the network: aborted with the first request made here. */
  get signal(): AbortSignal {
    return this.#aborter.signal
  }

  /** Raises the level by one, up to 2. */
  request(): void {
    this.#aborter.abort()
    if (Atomics.add(this.#level, 0, 1) >= 2) Atomics.store(this.#level, 0, 2)
  }

  get level(): number {
    return Math.min(Atomics.load(this.#level, 0), 2)
  }

  get requested(): boolean {
    return this.level > 0
  }

  get urgent(): boolean {
    return this.level > 1
  }
}
