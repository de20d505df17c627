import { sliceGeometry } from '../../../core/imaging/geometry'
import type { TrainOptions } from '../../../shared/commands/training'
import type { JobEvent } from '../../../shared/domain/events'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import type { Dataset, FileCache, SliceRecord } from '../../datasets'
import {
  axisOf,
  createFileCache,
  discoverDataset,
  firstReports,
  isNothingHere,
  loadSlice,
  outcomeOf,
} from '../../datasets'
import type { StopFlag } from '../../workers/stop-flag'
import { countOf } from '../../../shared/text/count-of'
import { chooseSplit } from './choose-split'
import { emptySlices } from './empty-slices'
import type { TrainingSplit } from '../../../shared/domain/training-split'
import type { UsableSlice } from './usable-slice'
import { lastingValues, maskSideOf } from './training-object'

export interface TrainingData {
  readonly train: readonly UsableSlice[]
  readonly val: readonly UsableSlice[]
  /** Slices of the training side in which there is nothing: they teach the finder, never the masks */
  readonly empty: readonly SliceRecord[]
  /** Whether no group is on both sides */
  readonly independent: boolean
  readonly skipped: readonly { readonly file: string; readonly reason: string }[]
  readonly files: FileCache
}

export interface DataWorld {
  readonly recipe: TrainingRecipe
  readonly preprocessing: Preprocessing
  /** Of the run that goes on */
  readonly split: TrainingSplit | null
  readonly stop: StopFlag
}

/**
 * Finds the slices, opens each once, reports the unusable ones, and splits the rest by group.
 *
 * @throws AppError NO_USABLE_SLICES, SINGLE_GROUP, ITEMS_REFUSED with `strict`, ABORTED, and what a missing folder gives
 */
export async function* openTrainingData(
  options: TrainOptions,
  world: DataWorld,
): AsyncGenerator<JobEvent, TrainingData> {
  const dataset = await discoverDataset(options.data, { axis: axisOf(options.axis), group: options.group })
  for (const message of [...dataset.notes, ...dataset.groupNotes]) yield { event: 'notice', message }
  const files = createFileCache()
  const skipped: Skipped[] = []
  const nothingHere: SliceRecord[] = []
  const usable = yield* checkSlices(dataset, { ...world, files, skipped, nothingHere })
  if (usable.every(({ trainableValues }) => trainableValues.length === 0)) {
    for (const slice of usable) yield* skip(lostLabels(slice, world.preprocessing), skipped)
    throw new AppError('NO_USABLE_SLICES', { file: options.data })
  }
  const split = chooseSplit(usable, { options, recipe: world.recipe, saved: world.split })
  for (const message of split.notes) yield { event: 'notice', message }
  const train: UsableSlice[] = []
  for (const slice of split.train) {
    yield* skip(lostLabels(slice, world.preprocessing), skipped)
    if (slice.trainableValues.length > 0) train.push(slice)
  }
  if (options.strict && skipped.length > 0) {
    throw new AppError('ITEMS_REFUSED', {
      refused: skipped.length,
      total: skipped.length + train.length + split.val.length,
    })
  }
  if (train.length === 0) throw new AppError('NO_USABLE_SLICES', { file: options.data })
  const { val, independent } = split
  const empty = world.recipe.finder ? await emptySlices({ train, val, nothingHere }, files) : []
  if (empty.length > 0) {
    const message = `${countOf(empty.length, 'slice')} with nothing in them teach the finder what an empty slice looks like.`
    yield { event: 'notice', message }
  }
  return { train, val, empty, independent, skipped, files }
}

/** For a door that shows slices, and only for such a one. */
export function* shownSplit(
  { train, val, independent }: TrainingData,
  sampleSlices: number | undefined,
): Generator<JobEvent> {
  if (!sampleSlices) return
  const names = (part: readonly UsableSlice[]): string[] => part.map(({ record }) => record.name)
  yield { event: 'split', train: names(train), val: names(val), independent }
}

type Skipped = TrainingData['skipped'][number]
type SkippedEvent = Extract<JobEvent, { event: 'skipped' }>

function* skip(event: SkippedEvent | null, skipped: Skipped[]): Generator<JobEvent> {
  if (!event) return
  skipped.push({ file: event.file, reason: event.message })
  yield event
}

/** Opens every slice once; what cannot be used is reported and left out. */
async function* checkSlices(
  dataset: Dataset,
  {
    files,
    skipped,
    preprocessing,
    stop,
    nothingHere,
  }: DataWorld & {
    readonly files: FileCache
    readonly skipped: Skipped[]
    readonly nothingHere: SliceRecord[]
  },
): AsyncGenerator<JobEvent, UsableSlice[]> {
  for (const item of dataset.skipped) yield* skip({ event: 'skipped', ...item }, skipped)
  const usable: UsableSlice[] = []
  // A damaged volume is one report, however many planes it has.
  const isNew = firstReports()
  for (const [index, record] of dataset.slices.entries()) {
    if (stop.requested) throw new AppError('ABORTED', {})
    const outcome = await outcomeOf(() => openSlice(record, { files, preprocessing, nothingHere }))
    if ('value' in outcome) usable.push(outcome.value)
    else if (isNew(outcome.skipped)) yield* skip({ event: 'skipped', ...outcome.skipped }, skipped)
    yield { event: 'progress', stage: 'Checking slices', done: index + 1, total: dataset.slices.length }
  }
  return usable
}

async function openSlice(
  record: SliceRecord,
  {
    files,
    preprocessing,
    nothingHere,
  }: Pick<DataWorld, 'preprocessing'> & {
    readonly files: FileCache
    readonly nothingHere: SliceRecord[]
  },
): Promise<UsableSlice> {
  const { labels, labelValues } = await loadSlice(record, files).catch((error: unknown) => {
    if (isNothingHere(error)) nothingHere.push(record)
    throw error
  })
  const [height = 0, width = 0] = labels.shape
  const target = sliceGeometry(height, width, {
    ...preprocessing,
    resolution: maskSideOf(preprocessing.resolution),
  })
  return { record, labelValues, trainableValues: lastingValues(labels, target) }
}

/** Small objects can vanish between the pixels of the training resolution: they are named, not dropped in silence. */
function lostLabels(
  { record, labelValues, trainableValues }: UsableSlice,
  { resolution }: Preprocessing,
): SkippedEvent | null {
  const lost = labelValues.filter(value => !trainableValues.includes(value))
  if (lost.length === 0) return null
  const which =
    trainableValues.length === 0
      ? 'every label'
      : lost.length === 1
        ? `label ${lost.join()}`
        : `labels ${lost.join(', ')}`
  const verb = lost.length === 1 || trainableValues.length === 0 ? 'vanishes' : 'vanish'
  const reason = `${which} in it ${verb} at ${maskSideOf(resolution)} pixels (slice ${record.id})`
  const { code, message } = new AppError('UNUSABLE_SLICE', { file: record.maskFile, reason })
  return { event: 'skipped', file: record.maskFile, code, message }
}
