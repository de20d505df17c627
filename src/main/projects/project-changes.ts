import type { ProjectChange } from '../../shared/contract/projects'

/** Tells all who watch a project what has changed in it. */
export class ProjectChanges {
  readonly #listeners = new Set<(change: ProjectChange | null) => void>()

  readonly #closing: (() => void)[] = []

  publish(change: ProjectChange): void {
    for (const listener of this.#listeners) listener(change)
  }

  /** Everything that is published from this call on, until the signal or the end of the project. */
  subscribe(signal?: AbortSignal): AsyncGenerator<ProjectChange> {
    const waiting: (ProjectChange | null)[] = []
    let wake: (() => void) | null = null
    const listener = (change: ProjectChange | null): void => {
      waiting.push(change)
      wake?.()
    }
    const stop = (): void => listener(null)
    this.#listeners.add(listener)
    signal?.addEventListener('abort', stop)
    if (signal?.aborted === true) stop()
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

  /** Called once, at the end of the project */
  onClose(listener: () => void): void {
    this.#closing.push(listener)
  }

  /** Ends all subscriptions. */
  close(): void {
    for (const listener of this.#closing.splice(0)) listener()
    for (const listener of this.#listeners) listener(null)
    this.#listeners.clear()
  }
}
