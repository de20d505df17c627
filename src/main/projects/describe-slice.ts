import { existsSync } from 'node:fs'
import { crossPlaneOf } from '../../shared/domain/cross-plane'
import type { Slice } from '../../shared/domain/slice'
import { AppError, invariant } from '../../shared/errors'
import { volumeSizes } from './crossed-slices'
import { describeCrossPlane } from './describe-cross-plane'
import type { ProjectSession } from './project-session'
import { refuseOtherSize, shownFacts } from './shown-facts'
import type { PixelReader } from './slice-pixels'
import { createPixelReader } from './slice-pixels'
import { shownAnnotation, shownPlane } from './shown-plane'
import { sliceSource } from './slice-source'

const readers = new WeakMap<ProjectSession, PixelReader>()

/** The reader of a project, which lives as long as its session. */
export function pixelReader(session: ProjectSession): PixelReader {
  const reader = readers.get(session) ?? createPixelReader()
  readers.set(session, reader)
  return reader
}

/**
 * Everything about a slice but its pixels.
 *
 * @throws AppError NO_SUCH_ITEM, FILE_NOT_FOUND and what reading its file can meet
 */
export async function describeSlice(session: ProjectSession, id: number): Promise<Slice> {
  const source = sliceSource(session, id)
  const facts = await pixelReader(session).facts(source)
  const cross = crossPlaneOf(id)
  if (cross) return describeCrossPlane({ session, plane: cross, facts })
  const { store } = session
  // Read after the pixels, which take a while: what was stored meanwhile is in it.
  const [stored, summary] = [store.slices.get(id), store.slices.summary(id)]
  if (!stored || !summary) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(id) })
  refuseOtherSize(source, stored, facts)
  const series = store.series.get(stored.seriesId)
  invariant(series, 'a slice belongs to a series')
  const plane = shownPlane(session, id)
  const { axis } = series
  const sizes = volumeSizes(series, [stored])
  return {
    ...summary,
    ...shownFacts(facts, { plane, series, axis, sizes, spacingMm: stored.spacingMm }),
    window: stored.window,
    annotations: store.annotations.ofSlice(id).map(one => shownAnnotation(plane, one)),
  }
}

/**
 * For an action whose answer is the slice: what could not be shown afterwards is refused before anything is stored. It
 * does not wait, so that actions keep the order in which they were asked for.
 *
 * @throws AppError NO_SUCH_ITEM, FILE_NOT_FOUND
 */
export function assertPicture(session: ProjectSession, id: number): void {
  const { imageFile } = sliceSource(session, id)
  if (!existsSync(imageFile)) throw new AppError('FILE_NOT_FOUND', { file: imageFile })
}
