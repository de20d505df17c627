import { sliceGeometry } from '../../../core/imaging/geometry'
import type { TrainOptions } from '../../../shared/contract/training'
import type { JobEvent } from '../../../shared/domain/events'
import type { Preprocessing } from '../../../shared/domain/preprocessing'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import type { FileCache, SliceRecord, Split } from '../../datasets'
import { createFileCache, discoverDataset, loadSlice, splitByGroup } from '../../datasets'
import { axisOf, outcomeOf } from '../items'
import { hasTarget, maskSideOf } from './training-object'

/** A slice that was opened once and found good, with the label values in it. */
export interface UsableSlice {
  readonly record: SliceRecord
  readonly labelValues: readonly number[]
}

export interface TrainingData {
  readonly train: readonly UsableSlice[]
  readonly val: readonly UsableSlice[]
  /** Whether no group is on both sides */
  readonly independent: boolean
  readonly skipped: readonly { readonly file: string; readonly reason: string }[]
  readonly files: FileCache
}

/**
 * Finds the slices, opens each once, reports the unusable ones, and splits the rest by group.
 *
 * @throws AppError NO_USABLE_SLICES, SINGLE_GROUP, ITEMS_REFUSED with `strict`, and what a missing folder gives
 */
export async function* openTrainingData(
  options: TrainOptions,
  { recipe, preprocessing }: { readonly recipe: TrainingRecipe; readonly preprocessing: Preprocessing },
): AsyncGenerator<JobEvent, TrainingData> {
  const dataset = await discoverDataset(options.data, { axis: axisOf(options.axis), group: options.group })
  for (const message of dataset.notes) yield { event: 'notice', message }
  const skipped: { file: string; reason: string }[] = []
  for (const item of dataset.skipped) {
    skipped.push({ file: item.file, reason: item.message })
    yield { event: 'skipped', ...item }
  }
  const files = createFileCache()
  const usable: UsableSlice[] = []
  for (const [index, record] of dataset.slices.entries()) {
    const outcome = await outcomeOf(() => usableLabels(record, files, preprocessing))
    if ('skipped' in outcome) {
      skipped.push({ file: outcome.skipped.file, reason: outcome.skipped.message })
      yield outcome.skipped
    } else {
      usable.push({ record, labelValues: outcome.value })
    }
    yield { event: 'progress', stage: 'Checking slices', done: index + 1, total: dataset.slices.length }
  }
  if (options.strict && skipped.length > 0) {
    throw new AppError('ITEMS_REFUSED', { refused: skipped.length, total: skipped.length + usable.length })
  }
  if (usable.length === 0) throw new AppError('NO_USABLE_SLICES', { file: options.data })
  const split = splitOf(usable, options, recipe)
  if (!split.independent) {
    yield {
      event: 'notice',
      message: 'Training and validation share a patient or volume: the verdict is marked "not independent".',
    }
  }
  return { ...split, skipped, files }
}

/** @throws AppError UNUSABLE_SLICE and what `loadSlice` throws */
async function usableLabels(
  record: SliceRecord,
  files: FileCache,
  preprocessing: Preprocessing,
): Promise<readonly number[]> {
  const { labels, labelValues } = await loadSlice(record, files)
  const [height = 0, width = 0] = labels.shape
  const side = maskSideOf(preprocessing.resolution)
  if (!hasTarget(labels, sliceGeometry(height, width, { ...preprocessing, resolution: side }))) {
    const reason = `every label in it vanishes at ${side} pixels`
    throw new AppError('UNUSABLE_SLICE', { file: record.maskFile, reason })
  }
  return labelValues
}

/** The data's own train/ and val/ where both have usable slices, else whole groups at random. */
function splitOf(
  usable: readonly UsableSlice[],
  options: TrainOptions,
  recipe: TrainingRecipe,
): Pick<TrainingData, 'train' | 'val' | 'independent'> {
  const given = (part: 'train' | 'val'): UsableSlice[] => usable.filter(({ record }) => record.split === part)
  const [train, val] = [given('train'), given('val')]
  if (train.length > 0 && val.length > 0) {
    const groups = new Set(train.map(({ record }) => record.group))
    return { train, val, independent: !val.some(({ record }) => groups.has(record.group)) }
  }
  const split: Split = splitByGroup(
    usable.map(({ record }) => record),
    {
      validationFraction: recipe.validationFraction,
      seed: recipe.seed,
      allowSharedGroup: options.allowSharedGroup,
      file: options.data,
    },
  )
  const held = new Set(split.val.map(record => record.id))
  return {
    train: usable.filter(({ record }) => !held.has(record.id)),
    val: usable.filter(({ record }) => held.has(record.id)),
    independent: split.independent,
  }
}
