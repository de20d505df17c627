import type { JobEvent } from '../../shared/domain/events'
import type { JobContext } from '../workers/contract'
import type { OpenedSegmenter } from '../workers/engine-access'

/** Opens a model and passes on what its loader has to say, such as assumed preprocessing. The caller disposes of it. */
export async function* openSegmenter(
  { engines }: Pick<JobContext, 'engines'>,
  model: string,
): AsyncGenerator<JobEvent, Omit<OpenedSegmenter, 'notes'>> {
  const { notes, ...opened } = await engines.openSegmenter(model)
  for (const message of notes) yield { event: 'notice', message }
  return opened
}
