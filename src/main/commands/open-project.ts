import { resolve } from 'node:path'
import type { RouterClient } from '@orpc/server'
import { createRouterClient, ORPCError } from '@orpc/server'
import type { JobEvent } from '../../shared/domain/events'
import { isAppError } from '../../shared/errors'
import type { Backend } from '../backend'
import type { StopFlag } from '../workers/stop-flag'

/** Makes a backend of this process's own; it is closed when the command ends. */
export type OpenBackend = () => Promise<Backend>

export interface ProjectWorld {
  readonly openBackend: OpenBackend
  readonly stop: StopFlag
}

/** The services, as every door calls them. */
export type Services = RouterClient<Backend['router']>

/** Opens a project for one command. @throws AppError NOT_A_PROJECT and what opening it can meet */
export async function* inProject(
  folder: string,
  { openBackend }: ProjectWorld,
  work: (api: Services, project: string) => AsyncGenerator<JobEvent>,
): AsyncGenerator<JobEvent> {
  yield* serviceCalls(openBackend, async function* (api) {
    const { id } = await api.projects.open({ folder: resolve(folder) })
    yield* work(api, id)
  })
}

/** Calls services in this process; their errors are ours again. */
export async function* serviceCalls(
  openBackend: OpenBackend,
  work: (api: Services) => AsyncGenerator<JobEvent>,
): AsyncGenerator<JobEvent> {
  const backend = await openBackend()
  try {
    yield* work(createRouterClient(backend.router, { context: backend.context }))
  } catch (error) {
    throw ownError(error)
  } finally {
    await backend.close()
  }
}

/** The services wrap an AppError for their doors; this door prints it itself. */
function ownError(error: unknown): unknown {
  return error instanceof ORPCError && isAppError(error.cause) ? error.cause : error
}
