import { maskOfLabel } from '../../core/imaging/labels'
import { AppError } from '../../shared/errors'
import { encodeRuns } from '../../shared/masks/rle'
import type { DecodedFile } from '../codecs'
import type { StoredSlice } from '../database/project-store'
import { loadLabels } from '../datasets'
import type { LabelFileOf, LabelledObject, LabelNames } from '../label-sources'
import { findVolume, notMatched } from './find-volume'
import type { LabelPlan, LabelTargets, PlanNote, SliceLabels } from './label-plan'
import { breathe, listed, noCounts } from './label-plan'
import type { LabelWords } from './label-words'
import { createLabelWords } from './label-words'
import { layVolume } from './lay-volume'

/**
 * Label maps of volumes and pictures.
 *
 * @param names - of the files beside it, for values that its own file does not name
 * @throws AppError LABELS_NOT_MATCHED, UNUSABLE_SLICE, ABORTED
 */
export async function planGrid(
  file: string,
  { layers }: LabelFileOf<'grid'>,
  { targets, names }: { readonly targets: LabelTargets; readonly names: LabelNames },
): Promise<LabelPlan> {
  const plans: LabelPlan[] = []
  for (const { labels, names: own } of layers) {
    const words = createLabelWords(file, new Map([...names, ...own]), targets.objectsOf)
    plans.push(await (isVolume(labels) ? planVolume : planPicture)(file, labels, { targets, words }))
  }
  return {
    images: plans[0]?.images ?? [],
    slices: plans.flatMap(({ slices }) => slices),
    counts: { ...noCounts, outside: plans.reduce((sum, { counts }) => sum + counts.outside, 0) },
    notes: [...new Set(plans.flatMap(({ notes }) => notes))],
    unmatched: [],
  }
}

interface World {
  readonly targets: LabelTargets
  readonly words: LabelWords
}

const isVolume = ({ kind, pixels }: DecodedFile): boolean => kind === 'volume' && (pixels.shape[0] ?? 1) > 1

async function planVolume(file: string, labels: DecodedFile, world: World): Promise<LabelPlan> {
  const { targets } = world
  const { series, isByPlace } = await findVolume(file, labels, targets)
  if (series.kind !== 'volume') throw notMatched(file, `it is a volume, and ${series.name} is a picture`)
  const laid = layVolume(file, labels, await targets.grids.of(series), series.name)
  const slices: SliceLabels[] = []
  for (const slice of targets.session.store.slices.ofSeries(series.id)) {
    await breathe(targets)
    const cut = { sliceIndex: slice.plane, axis: series.axis }
    slices.push(...(await planSlice(file, { labels: laid.labels, slice, ...cut }, world)))
  }
  const notes: PlanNote[] = [...laid.notes, ...notesOf(labels), ...(isByPlace ? (['by-place'] as const) : [])]
  const counts = { ...noCounts, outside: laid.outside }
  return { images: [series], slices, counts, notes, unmatched: [] }
}

const notesOf = ({ warnings }: DecodedFile): PlanNote[] =>
  warnings.some(text => text.includes('of which the first')) ? ['first-volume'] : []

async function planPicture(file: string, labels: DecodedFile, world: World): Promise<LabelPlan> {
  const { slice, series } = pictureOf(file, world.targets)
  const cut = {
    sliceIndex: labels.kind === 'volume' ? 0 : null,
    axis: labels.kind === 'volume' ? (2 as const) : null,
  }
  const slices = await planSlice(file, { labels, slice, ...cut }, world)
  return { images: [series], slices, counts: noCounts, notes: [], unmatched: [] }
}

/** @throws AppError LABELS_NOT_MATCHED */
function pictureOf(file: string, { names, only, session }: LabelTargets) {
  if (only) {
    const [slice, ...others] = session.store.slices.ofSeries(only.id)
    if (!slice || others.length > 0)
      throw notMatched(file, `it is a picture, and ${only.name} has ${others.length + 1} slices`)
    return { slice, series: only }
  }
  const found = names.find(file, 'slice').flatMap(({ slice, series }) => (slice ? [{ slice, series }] : []))
  const [first] = found
  if (first && found.length === 1) return first
  if (!first) throw notMatched(file, 'no picture or slice has its name')
  const all = listed(found.map(({ series }) => series.path))
  throw notMatched(file, `${found.length} images have its name: ${all}`)
}

interface Cut {
  readonly labels: DecodedFile
  readonly slice: StoredSlice
  /** Of the label volume; null for a picture */
  readonly sliceIndex: number | null
  readonly axis: 0 | 1 | 2 | null
}

/** @returns nothing for a slice without labels */
async function planSlice(
  file: string,
  { labels, slice, sliceIndex, axis }: Cut,
  { words }: World,
): Promise<SliceLabels[]> {
  const record = { maskFile: file, sliceIndex, axis, spacingMm: null }
  const loaded = await loadLabels(record, { read: () => Promise.resolve(labels) })
  const [height, width] = loaded.labels.shape
  if (height !== slice.height || width !== slice.width) {
    const reason = `it measures ${height} x ${width}, ${slice.name} ${slice.height} x ${slice.width} pixels`
    throw new AppError('UNUSABLE_SLICE', { file, reason })
  }
  const values = loaded.labelValues
  const objects = values.flatMap((value): LabelledObject[] => {
    const label = words.of(value, values)
    return label ? [{ label, runs: encodeRuns(maskOfLabel(loaded.labels.data, value)) }] : []
  })
  return objects.length > 0 ? [{ slice, objects }] : []
}
