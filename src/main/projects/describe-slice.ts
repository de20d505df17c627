import { existsSync } from 'node:fs'
import type { Slice } from '../../shared/domain/slice'
import { AppError, invariant } from '../../shared/errors'
import { radiologicalEdges } from '../../shared/geometry/directions'
import { turnSize } from '../../shared/geometry/turn'
import type { SliceSource } from '../inference/inference'
import type { PixelFacts, PixelReader } from './slice-pixels'
import { createPixelReader } from './slice-pixels'
import type { ProjectSession } from './project-session'
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
  const { store } = session
  // Read after the pixels, which take a while: what was stored meanwhile is in it.
  const [stored, summary] = [store.slices.get(id), store.slices.summary(id)]
  if (!stored || !summary) throw new AppError('NO_SUCH_ITEM', { kind: 'slice', id: String(id) })
  if (facts.width !== stored.width || facts.height !== stored.height) throw otherSize(source, stored, facts)
  const series = store.series.get(stored.seriesId)
  invariant(series, 'a slice belongs to a series')
  const plane = shownPlane(session, id)
  const spacing = stored.spacingMm ?? facts.spacingMm
  return {
    ...summary,
    ...turnSize(facts, plane.turn),
    channels: facts.channels,
    sampleType: facts.sampleType,
    range: [...facts.range],
    spacingMm: spacing && plane.turn.isTransposed ? { x: spacing.y, y: spacing.x } : spacing,
    edges: series.axis === null ? null : radiologicalEdges(series.directions, series.axis),
    window: stored.window,
    autoWindow: facts.autoWindow,
    fileWindow: null,
    isCt: series.kind === 'volume' && looksLikeCt(facts),
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

interface Size {
  readonly width: number
  readonly height: number
}

/** The file was replaced: masks of the old one would lie anywhere on it. */
function otherSize({ imageFile, sliceIndex }: SliceSource, was: Size, is: Size): AppError {
  const reason = `it measures ${is.width} x ${is.height} pixels and was ${was.width} x ${was.height} when it was added`
  return new AppError('UNUSABLE_SLICE', {
    file: imageFile,
    reason,
    ...(sliceIndex === null ? {} : { plane: sliceIndex }),
  })
}

/** NIfTI has no word for Hounsfield units; air at about -1000 is what only CT has. */
function looksLikeCt({ range, channels, sampleType }: PixelFacts): boolean {
  return (
    channels === 1 && sampleType !== 'uint8' && range[0] <= -500 && range[0] >= -5000 && range[1] < 40_000
  )
}
