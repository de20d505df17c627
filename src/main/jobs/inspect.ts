import type { JobEvent } from '../../shared/domain/events'
import { AppError, isAppError } from '../../shared/errors'
import { inspectFile } from '../codecs/inspect'
import type { StopFlag } from '../workers/stop-flag'

/**
 * `slicetune inspect FILE…`: what each file holds, as it is stored. One that cannot be read stops no other.
 *
 * @throws AppError ITEMS_REFUSED after the last file when any was refused; ABORTED
 */
export async function* inspect(
  { files }: { readonly files: readonly string[] },
  { stop }: { readonly stop: StopFlag },
): AsyncGenerator<JobEvent> {
  let refused = 0
  for (const file of files) {
    if (stop.requested) throw new AppError('ABORTED', {})
    try {
      yield { event: 'file', ...(await inspectFile(file)) }
    } catch (error) {
      if (!isAppError(error)) throw error
      refused++
      yield { event: 'file', file, error: { code: error.code, message: error.message } }
    }
  }
  if (refused > 0) throw new AppError('ITEMS_REFUSED', { refused, total: files.length })
}
