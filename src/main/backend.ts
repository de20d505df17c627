import type { ReadBlob } from './services/blob-bytes'
import { router } from './services/router'
import type { ServiceContext } from './services/service-context'

/** What every door serves: the window's in a process of its own, the others' in theirs. */
export interface Backend {
  readonly context: ServiceContext
  readonly router: typeof router
  readonly readBlob: ReadBlob
  /** Stops what runs at its next safe point and closes every project. */
  close(): Promise<void>
}

/** The parts of a backend, joined. Training goes first, because it writes to projects and asks for the model. */
export function joinBackend(context: ServiceContext, readBlob: ReadBlob): Backend {
  return {
    context,
    router,
    readBlob,
    close: async () => {
      await context.trainings.dispose()
      await context.projects.dispose()
      await context.inference.dispose()
    },
  }
}
