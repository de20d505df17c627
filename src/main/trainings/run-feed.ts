import type { RunEvent } from '../../shared/contract/training'

/** Tells all who watch a run what happens in it; nobody has to watch. */
export class RunFeed {
  #isClosed = false
  readonly #listeners = new Set<(event: RunEvent | null) => void>()

  publish(event: RunEvent): void {
    for (const listener of this.#listeners) listener(event)
  }

  /** Ends all subscriptions. */
  close(): void {
    this.#isClosed = true
    for (const listener of this.#listeners) listener(null)
    this.#listeners.clear()
  }

  /**
   * What is published from this call on, until the signal or the end of the run.
   *
   * @param before - what happened before, given first
   */
  subscribe(before: readonly RunEvent[], signal?: AbortSignal): AsyncGenerator<RunEvent> {
    const waiting: (RunEvent | null)[] = [...before]
    let wake: () => void = () => undefined
    const listener = (event: RunEvent | null): void => {
      waiting.push(event)
      wake()
    }
    const stop = (): void => listener(null)
    this.#listeners.add(listener)
    signal?.addEventListener('abort', stop)
    if (this.#isClosed || signal?.aborted === true) stop()
    const release = (): void => {
      this.#listeners.delete(listener)
      signal?.removeEventListener('abort', stop)
    }
    return (async function* () {
      try {
        for (;;) {
          while (waiting.length === 0) await new Promise<void>(resolve => (wake = resolve))
          const next = waiting.shift() ?? null
          if (next === null) return
          yield next
        }
      } finally {
        release()
      }
    })()
  }
}
