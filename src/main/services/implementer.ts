import { implement } from '@orpc/server'
import { contract } from '../../shared/contract'
import { contractError } from './contract-error'
import type { ServiceContext } from './service-context'

/** What every handler is made with: the services' context, and errors as the contract declares them. */
export const implementer = implement(contract)
  .$context<ServiceContext>()
  .use(async ({ next }) => {
    try {
      const result = await next()
      return isStream(result.output) ? { ...result, output: translated(result.output) } : result
    } catch (error) {
      throw contractError(error)
    }
  })

const isStream = (output: unknown): output is AsyncIterable<unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output

/** A stream fails while it is read, long after its handler has returned. */
async function* translated(stream: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* stream
  } catch (error) {
    throw contractError(error)
  }
}
