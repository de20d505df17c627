import { mapEventIterator, ORPCError, type ClientLink } from '@orpc/client'

/** As the contract declares it, so that it is shown like every other error. */
export const backendLost = (): ORPCError<'BACKEND_LOST', object> =>
  new ORPCError('BACKEND_LOST', { defined: true, status: 422, data: {} })

/**
 * A link whose calls and streams fail with BACKEND_LOST when the connection is lost under them. The library ends them as if
 * somebody had cancelled, which would be shown as nothing at all.
 */
export function untilLost(link: ClientLink<object>, lost: AbortSignal): ClientLink<object> {
  return {
    call: async (path, input, options) => {
      const explained = (error: unknown): unknown =>
        lost.aborted && options.signal?.aborted !== true ? backendLost() : error
      try {
        const output = await link.call(path, input, options)
        if (!isStream(output)) return output
        return mapEventIterator(output, {
          value: event => Promise.resolve(event),
          error: error => Promise.resolve(explained(error)),
        })
      } catch (error) {
        throw explained(error)
      }
    },
  }
}

const isStream = (output: unknown): output is AsyncIterator<unknown, unknown, unknown> =>
  typeof output === 'object' && output !== null && Symbol.asyncIterator in output
