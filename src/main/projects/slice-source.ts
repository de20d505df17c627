import { AppError, invariant } from '../../shared/errors'
import type { SliceSource } from '../inference/inference'
import type { ProjectSession } from './project-session'

/**
 * Where the pixels of a slice lie.
 *
 * @throws AppError NO_SUCH_ITEM
 */
export function sliceSource(session: ProjectSession, sliceId: number): SliceSource {
  const slice = session.store.slices.get(sliceId)
  if (!slice) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(sliceId) })
  const series = session.store.series.get(slice.seriesId)
  invariant(series, 'a slice belongs to a series')
  return {
    imageFile: session.pathOf(series.path),
    sliceIndex: slice.plane,
    axis: series.axis,
    window: slice.window,
  }
}
