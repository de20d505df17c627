import type { CrossPlane } from '../../shared/domain/cross-plane'
import { crossPlaneOf } from '../../shared/domain/cross-plane'
import { AppError, invariant } from '../../shared/errors'
import type { SliceSource } from '../inference/inference'
import { crossedSlices } from './crossed-slices'
import type { ProjectSession } from './project-session'

/**
 * Where the pixels of a slice lie.
 *
 * @throws AppError NO_SUCH_ITEM
 */
export function sliceSource(session: ProjectSession, sliceId: number): SliceSource {
  const cross = crossPlaneOf(sliceId)
  if (cross) return crossSource(session, cross)
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

/** Its window is that of the volume. */
function crossSource(session: ProjectSession, plane: CrossPlane): SliceSource {
  const { series, slices } = crossedSlices(session.store, plane)
  return {
    imageFile: session.pathOf(series.path),
    sliceIndex: plane.index,
    axis: plane.axis,
    window: slices.find(({ window }) => window !== null)?.window ?? null,
  }
}
