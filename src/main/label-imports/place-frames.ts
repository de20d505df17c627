import { AppError } from '../../shared/errors'
import { countOf } from '../../shared/text/count-of'
import { codecByName } from '../codecs'
import type { StoredSeries } from '../database/project-store'
import type { LabelFileOf, SegmentFrame } from '../label-sources'
import type { Triple } from './grid-map'
import { gridMap } from './grid-map'
import { knownPseudonyms } from '../projects/project-pseudonyms'
import type { ImageGrid } from './image-grids'
import { nearest } from './image-names'
import type { LabelTargets, PlanNote, Unmatched } from './label-plan'
import { listed } from './label-plan'

type Segmentation = LabelFileOf<'frames'>

/** A frame of a segmentation on the voxels of its image. */
export interface PlacedFrame {
  readonly frame: SegmentFrame
  /** Voxel of its first pixel */
  readonly start: Triple
  /** From pixel to pixel along a row, and down a column */
  readonly across: Triple
  readonly down: Triple
}

export interface FramesOnImage {
  readonly series: StoredSeries
  readonly sizes: Triple
  readonly frames: readonly PlacedFrame[]
}

export interface PlacedFrames {
  readonly images: readonly FramesOnImage[]
  readonly notes: readonly PlanNote[]
  readonly unmatched: readonly Unmatched[]
}

interface Candidate {
  readonly series: StoredSeries
  readonly grid: ImageGrid
}

/**
 * Frames on the slices that they were drawn on, by SOP Instance UID; where the project has none of these, on the only
 * volume that has their voxels.
 *
 * @throws AppError UNUSABLE_SLICE for a frame that lies elsewhere than the slice it names
 */
export async function placeFrames(
  file: string,
  seg: Segmentation,
  targets: LabelTargets,
): Promise<PlacedFrames> {
  const candidates = await dicomImages(targets)
  const known = instancesOf(candidates)
  const pseudonyms = knownPseudonyms(targets.session.store)
  // Copies in the project may have other UIDs than the files that they were made of.
  const sourceOf = (uid: string | null): Source | undefined =>
    uid === null ? undefined : (known.get(uid) ?? known.get(pseudonyms?.uid(uid) ?? ''))
  const images = new Map<number, FramesOnImage & { readonly frames: PlacedFrame[] }>()
  const put = ({ series, grid }: Candidate, frame: PlacedFrame): void => {
    const on = images.get(series.id) ?? { series, sizes: grid.sizes, frames: [] }
    on.frames.push(frame)
    images.set(series.id, on)
  }
  const rest: SegmentFrame[] = []
  for (const frame of seg.frames) {
    const source = sourceOf(frame.instance)
    if (source) put(source, onSource(file, frame, { ...source, size: seg.size }))
    else rest.push(frame)
  }
  if (rest.length === 0) return { images: [...images.values()], notes: [], unmatched: [] }
  const own = [...images.values()].map(({ series }) => series.id)
  const [other, ...others] = candidatesByPlace(rest, seg, { candidates, own, file })
  if (!other || others.length > 0) {
    const unmatched = [unmatchedOf(rest, seg, other ? [other, ...others] : [])]
    return { images: [...images.values()], notes: [], unmatched }
  }
  for (const frame of rest) {
    const placed = onGrid(frame, seg, other.grid)
    if (placed) put(other, placed)
  }
  return { images: [...images.values()], notes: ['by-place'], unmatched: [] }
}

function unmatchedOf(
  rest: readonly SegmentFrame[],
  seg: Segmentation,
  others: readonly Candidate[],
): Unmatched {
  const name = `${rest.length} of ${countOf(seg.frames.length, 'frame')}`
  if (others.length > 1) {
    const names = listed(others.map(({ series }) => series.name))
    return { name, reason: `${name} lie on the voxels of ${others.length} volumes (${names})` }
  }
  const series = seg.series === null ? 'slices' : `slices of the series ${seg.series}`
  return { name, reason: `${name} were drawn on ${series}, which are not in the project` }
}

/** What may be DICOM: a project of ten thousand pictures is not opened for it. */
async function dicomImages({ session, grids, only }: LabelTargets): Promise<Candidate[]> {
  const found: Candidate[] = []
  for (const series of only ? [only] : session.store.series.list()) {
    const codec = codecByName(series.path)?.id
    const isPossible = codec === undefined || codec.startsWith('dicom') || series.kind === 'volume'
    // One whose file is gone has no slices to draw on.
    const grid = isPossible ? await grids.of(series).catch(() => null) : null
    if (grid) found.push({ series, grid })
  }
  return found
}

interface Source extends Candidate {
  /** Of its slice in the volume */
  readonly index: number
}

function instancesOf(candidates: readonly Candidate[]): Map<string, Source> {
  const known = new Map<string, Source>()
  for (const { series, grid } of candidates) {
    grid.sources.forEach((source, index) => {
      if (source && !known.has(source.instance)) known.set(source.instance, { series, grid, index })
    })
  }
  return known
}

function onSource(
  file: string,
  frame: SegmentFrame,
  { grid, index, series, size }: Source & { readonly size: Segmentation['size'] },
): PlacedFrame {
  if (frame.place && grid.affine) {
    const placed = onGrid(frame, { size }, grid)
    if (placed) return placed
    const reason = `a frame lies elsewhere than the slice of ${series.name} that it names`
    throw new AppError('UNUSABLE_SLICE', { file, reason })
  }
  const [width, height] = grid.sizes
  if (size.width !== width || size.height !== height) {
    const reason = `it measures ${size.height} x ${size.width}, ${series.name} ${height} x ${width} pixels`
    throw new AppError('UNUSABLE_SLICE', { file, reason })
  }
  // A file with several frames counts them from 1.
  const plane = grid.sources.length > 1 ? index : (frame.instanceFrame ?? 1) - 1
  return { frame, start: [0, 0, plane], across: [1, 0, 0], down: [0, 1, 0] }
}

function onGrid(
  frame: SegmentFrame,
  { size }: Pick<Segmentation, 'size'>,
  { sizes, affine }: ImageGrid,
): PlacedFrame | null {
  if (!frame.place || !affine) return null
  const { across, down, origin } = frame.place
  const row = (world: number): number[] => [across[world] ?? NaN, down[world] ?? NaN, 0, origin[world] ?? NaN]
  const own = { sizes: [size.width, size.height, 1] as const, affine: [row(0), row(1), row(2)] }
  const map = gridMap(own, { sizes, affine })
  return map && { frame, start: map.origin, across: map.steps[0], down: map.steps[1] }
}

/** Volumes that have the voxels of all these frames; those that other frames lie on come first. */
function candidatesByPlace(
  frames: readonly SegmentFrame[],
  seg: Segmentation,
  { candidates, own, file }: { candidates: readonly Candidate[]; own: readonly number[]; file: string },
): Candidate[] {
  const fitting = candidates.filter(({ grid }) =>
    frames.every(frame => isInside(onGrid(frame, seg, grid), grid)),
  )
  const used = fitting.filter(({ series }) => own.includes(series.id))
  if (used.length > 0) return used
  const near = nearest(
    fitting.map(({ series }) => ({ series, slice: null })),
    file,
  )
  return fitting.filter(({ series }) => near.some(image => image.series.id === series.id))
}

const isInside = (placed: PlacedFrame | null, { sizes }: ImageGrid): boolean =>
  placed !== null && placed.start.every((at, axis) => at >= 0 && at < (sizes[axis] ?? 0))
