import type { CrossPlane } from '../../shared/domain/cross-plane'
import { crossPlaneId } from '../../shared/domain/cross-plane'
import type { Slice } from '../../shared/domain/slice'
import { crossAnnotations } from './cross-plane-masks'
import { crossedSlices } from './crossed-slices'
import type { ProjectSession } from './project-session'
import { refuseOtherSize, shownFacts } from './shown-facts'
import { shownAnnotation, shownPlane } from './shown-plane'
import type { PixelFacts } from './slice-pixels'
import { sliceSource } from './slice-source'

/**
 * Everything about a plane across the slices of a volume but its pixels. It has no state of its own, and is as new as the
 * newest of its slices.
 *
 * @throws AppError NO_SUCH_ITEM, UNUSABLE_SLICE
 */
export function describeCrossPlane({
  session,
  plane,
  facts,
}: {
  readonly session: ProjectSession
  readonly plane: CrossPlane
  readonly facts: PixelFacts
}): Slice {
  const { store } = session
  const crossed = crossedSlices(store, plane)
  const id = crossPlaneId(plane)
  const source = sliceSource(session, id)
  refuseOtherSize(source, crossed, facts)
  const shown = shownPlane(session, id)
  const annotations = crossAnnotations(store, crossed)
  const accepted = annotations.filter(({ status }) => status === 'accepted').length
  const { series, sizes } = crossed
  return {
    ...{ id, seriesId: series.id, name: series.name, plane: plane.index, state: 'in-progress' },
    ...{ objects: accepted, proposals: annotations.length - accepted },
    revision: crossed.slices.reduce((sum, { revision }) => sum + revision, 0),
    ...shownFacts(facts, { plane: shown, series, axis: plane.axis, sizes, spacingMm: null }),
    window: source.window,
    annotations: annotations.map(one => shownAnnotation(shown, one)),
  }
}
