import type { TrainOptions } from '../../../shared/commands/training'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import { countOf } from '../../../shared/text/count-of'
import { splitByGroup, sliceKey } from '../../datasets'
import type { TrainingSplit } from '../../../shared/domain/training-split'
import type { UsableSlice } from './usable-slice'

export interface ChosenSplit {
  readonly train: readonly UsableSlice[]
  readonly val: readonly UsableSlice[]
  /** Whether no group is on both sides */
  readonly independent: boolean
  readonly notes: readonly string[]
}

interface SplitWorld {
  readonly options: TrainOptions
  readonly recipe: TrainingRecipe
  /** Of the run that goes on */
  readonly saved: TrainingSplit | null
}

/**
 * Which slices train and which are held back: as in the run that goes on; else the data's own train/ and val/ where
 * both have usable slices; else whole groups at random.
 *
 * @throws AppError NO_USABLE_SLICES, TOO_FEW_SLICES, SINGLE_GROUP; OTHER_DATA where the run's slices are not there
 */
export function chooseSplit(usable: readonly UsableSlice[], world: SplitWorld): ChosenSplit {
  if (usable.length === 0) throw new AppError('NO_USABLE_SLICES', { file: world.options.data })
  const split = world.saved
    ? savedSplit(usable, world.saved, world.options.data)
    : (ownSplit(usable) ?? randomSplit(usable, world))
  if (split.train.length === 0 || split.val.length === 0) {
    throw new AppError('NO_USABLE_SLICES', { file: world.options.data })
  }
  const groups = new Set(split.train.map(({ record }) => record.group))
  const independent = !split.val.some(({ record }) => groups.has(record.group))
  const dependent =
    'Training and validation share a patient or volume: the verdict is marked "not independent".'
  return { ...split, independent, notes: independent ? split.notes : [...split.notes, dependent] }
}

type Parts = Pick<ChosenSplit, 'train' | 'val' | 'notes'>

/** Nothing may change sides, and what is new has no side yet: it waits for the next run. */
function savedSplit(usable: readonly UsableSlice[], saved: TrainingSplit, file: string): Parts {
  const sides = { train: new Set(saved.train), val: new Set(saved.val) }
  const on = (side: keyof typeof sides): UsableSlice[] =>
    usable.filter(({ record }) => sides[side].has(sliceKey(record.id)))
  const [train, val] = [on('train'), on('val')]
  if (train.length === 0 || val.length === 0) throw new AppError('OTHER_DATA', { file })
  const added = usable.length - train.length - val.length
  const missing = saved.train.length + saved.val.length - train.length - val.length
  const notes: string[] = []
  if (added > 0)
    notes.push(`${countOf(added, 'slice')} new since this run began: not used, start a new run for them.`)
  if (missing > 0) notes.push(`${countOf(missing, 'slice')} of this run can no longer be used.`)
  return { train, val, notes }
}

function ownSplit(usable: readonly UsableSlice[]): Parts | null {
  const given = (part: 'train' | 'val' | null): UsableSlice[] =>
    usable.filter(({ record }) => record.split === part)
  const [train, val, outside] = [given('train'), given('val'), given(null)]
  if (train.length === 0 || val.length === 0) return null
  const notes =
    outside.length > 0 ? [`${countOf(outside.length, 'slice')} outside train/ and val/ not used.`] : []
  return { train, val, notes }
}

function randomSplit(usable: readonly UsableSlice[], { options, recipe }: SplitWorld): Parts {
  const { val } = splitByGroup(
    usable.map(({ record }) => record),
    {
      validationFraction: recipe.validationFraction,
      seed: recipe.seed,
      allowSharedGroup: options.allowSharedGroup,
      file: options.data,
    },
  )
  const held = new Set(val.map(record => record.id))
  return {
    train: usable.filter(({ record }) => !held.has(record.id)),
    val: usable.filter(({ record }) => held.has(record.id)),
    notes: [],
  }
}
