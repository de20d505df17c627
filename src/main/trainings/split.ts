import * as z from 'zod'
import type { SliceRecord } from '../datasets'
import { splitByGroup } from '../datasets'
import type { ProjectSession } from '../projects/project-session'
import type { TrainingSlice, TrainingSlices } from './training-slices'

export interface RunSplit {
  readonly train: readonly TrainingSlice[]
  readonly val: readonly TrainingSlice[]
  readonly empty: readonly TrainingSlice[]
  /** Whether no group is on both sides */
  readonly independent: boolean
}

export interface SplitWishes {
  readonly validationFraction: number
  readonly seed: number
  readonly allowSharedGroup: boolean
}

const key = 'held-out-groups'

/**
 * Which slices train and which are held out, in whole groups. What was held out once stays so: a version that is tuned
 * further must not be judged on slices that an earlier one has learnt.
 *
 * @throws AppError SINGLE_GROUP, TOO_FEW_SLICES
 */
export function chooseRunSplit(
  session: ProjectSession,
  { labelled, empty }: TrainingSlices,
  wishes: SplitWishes,
): RunSplit {
  const kept = keptSplit(
    labelled,
    new Set(session.store.settings.get(key, z.array(z.string())) ?? []),
    wishes,
  )
  const { train, val, independent } = kept ?? freshSplit(session, labelled, wishes)
  const heldOut = new Set(val.map(({ group }) => group))
  // Of a single group the planes with nothing in them are the training side's: there is no other one.
  return { train, val, independent, empty: empty.filter(({ group }) => !independent || !heldOut.has(group)) }
}

/** Remembers what is held out, once a run has begun with it. */
export function rememberSplit({ store }: ProjectSession, { val, independent }: RunSplit): void {
  if (!independent) return
  const before = store.settings.get(key, z.array(z.string())) ?? []
  store.settings.set(key, [...new Set([...before, ...val.map(({ group }) => group)])].sort())
}

/** Groups that are never trained on, once a run has begun; empty before. */
export function heldOutGroups({ store }: ProjectSession): ReadonlySet<string> {
  return new Set(store.settings.get(key, z.array(z.string())) ?? [])
}

type Sides = Pick<RunSplit, 'train' | 'val' | 'independent'>

/** The earlier held-out groups, where they are at least half of what is wanted and leave something to learn from. */
function keptSplit(
  labelled: readonly TrainingSlice[],
  heldOut: ReadonlySet<string>,
  { validationFraction }: SplitWishes,
): Sides | null {
  const val = labelled.filter(({ group }) => heldOut.has(group))
  const train = labelled.filter(({ group }) => !heldOut.has(group))
  const wanted = Math.max(1, Math.round(labelled.length * validationFraction))
  return train.length > 0 && 2 * val.length >= wanted ? { train, val, independent: true } : null
}

function freshSplit(session: ProjectSession, labelled: readonly TrainingSlice[], wishes: SplitWishes): Sides {
  const records = labelled.map(({ id, name, group }): SliceRecord => {
    const nowhere = { imageFile: '', maskFile: '', sliceIndex: null, axis: null, spacingMm: null }
    return { ...nowhere, id: String(id), name, group, split: null }
  })
  const { val, independent } = splitByGroup(records, { ...wishes, file: session.store.project.get().name })
  const held = new Set(val.map(({ id }) => Number(id)))
  return {
    train: labelled.filter(({ id }) => !held.has(id)),
    val: labelled.filter(({ id }) => held.has(id)),
    independent,
  }
}
