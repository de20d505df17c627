import { statfs } from 'node:fs/promises'
import { freemem } from 'node:os'
import type { PreflightCheck, PresetPlan, TrainingPlan } from '../../shared/contract/training'
import { Preset, recipeOf } from '../../shared/domain/training-options'
import { isAppError } from '../../shared/errors'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { freeName } from './free-name'
import type { RunSplit } from './split'
import { chooseRunSplit } from './split'
import type { TrainingSlices } from './training-slices'
import { trainingSlices } from './training-slices'
import type { SpeedKey, TrainingSpeeds } from './training-speeds'
import type { RunWishes } from './trainings'

/** With fewer it can be tried, and the result says little. */
const enoughSlices = 12
/** Held-out slices that give a firm answer. */
const enoughHeldOut = 8

export async function planRun(
  session: ProjectSession,
  { changes, allowSharedGroup }: Omit<RunWishes, 'name' | 'preset'>,
  speeds: TrainingSpeeds,
): Promise<TrainingPlan> {
  const slices = trainingSlices(session)
  const { validationFraction, seed } = recipeOf('quick', changes)
  const wishes = { validationFraction, seed, allowSharedGroup }
  const split = splitOrNull(session, slices, wishes)
  const base = modelInUse(session)
  const presets = Preset.options.map(preset =>
    presetPlan({ model: base, preset }, { split, changes, speeds }),
  )
  const disk = await statfs(session.folder).catch(() => null)
  const freeBytes = disk ? disk.bavail * disk.bsize : null
  const diskBytes = neededBytes(session, slices)
  return {
    name: freeName(session),
    base,
    trainSlices: split?.train.length ?? 0,
    valSlices: split?.val.length ?? 0,
    emptySlices: split?.empty.length ?? 0,
    train: split?.train.map(({ id }) => id) ?? [],
    val: split?.val.map(({ id }) => id) ?? [],
    groups: groupsOf(slices.labelled),
    diskBytes,
    presets,
    checks: [
      slicesCheck(slices),
      ...groupChecks(slices, split, allowSharedGroup),
      labelsCheck(slices),
      ...(freeBytes === null ? [] : [diskCheck(diskBytes, freeBytes)]),
    ],
  }
}

interface PresetWorld {
  readonly split: RunSplit | null
  readonly changes: RunWishes['changes']
  readonly speeds: TrainingSpeeds
}

function presetPlan(key: SpeedKey, { split, changes, speeds }: PresetWorld): PresetPlan {
  const speed = speeds.get(key)
  const slices = split ? split.train.length + split.val.length : 0
  const { epochs } = recipeOf(key.preset, changes)
  return {
    preset: key.preset,
    seconds: speed && slices * (speed.secondsPerSlice + epochs * speed.secondsPerEpochSlice),
    memoryBytes: speed?.memoryBytes ?? 0,
    freeMemoryBytes: freemem(),
  }
}

const groupsOf = (slices: TrainingSlices['labelled']): number =>
  new Set(slices.map(({ group }) => group)).size

function splitOrNull(
  session: ProjectSession,
  slices: TrainingSlices,
  wishes: Parameters<typeof chooseRunSplit>[2],
): RunSplit | null {
  try {
    return slices.labelled.length === 0 ? null : chooseRunSplit(session, slices, wishes)
  } catch (error) {
    if (isAppError(error)) return null
    throw error
  }
}

function slicesCheck({ labelled, empty }: TrainingSlices): PreflightCheck {
  const found = labelled.length
  const status = found < 2 ? 'blocks' : found < enoughSlices ? 'to-know' : 'passed'
  return { name: 'slices', status, values: { found, empty: empty.length, enough: enoughSlices, least: 2 } }
}

function groupChecks(
  { labelled }: TrainingSlices,
  split: RunSplit | null,
  allowSharedGroup: boolean,
): PreflightCheck[] {
  if (labelled.length < 2) return []
  const groups = groupsOf(labelled)
  const status = groups > 1 ? 'passed' : allowSharedGroup ? 'to-know' : 'blocks'
  const heldOut = split?.val.length ?? 0
  const isFirm = heldOut >= enoughHeldOut
  const judged: PreflightCheck = {
    name: 'held-out',
    status: isFirm ? 'passed' : 'to-know',
    values: { heldOut, enough: enoughHeldOut, uncertainty: uncertaintyOf(heldOut) },
  }
  return [{ name: 'groups', status, values: { groups } }, ...(split ? [judged] : [])]
}

/**
 * Half of a 95 % interval of the mean, were the Dice of single slices to scatter by 0.05, as they do between the heads of
 * the bundled sample.
 */
function uncertaintyOf(heldOut: number): string {
  return heldOut === 0 ? '' : ((1.96 * 0.05) / Math.sqrt(heldOut)).toFixed(2)
}

/** More label values than this are taken for numbers of alike objects, for which there is one finder. */
function labelsCheck({ labels }: TrainingSlices): PreflightCheck {
  return { name: 'labels', status: labels > 8 ? 'to-know' : 'passed', values: { labels } }
}

/** Two checkpoints with the optimiser's moments, and the pictures. */
const checkpointBytes = 170e6

function neededBytes({ store }: ProjectSession, { labelled, empty }: TrainingSlices): number {
  const pixels = [...labelled, ...empty].reduce((sum, { id }) => {
    const slice = store.slices.get(id)
    return sum + (slice ? slice.width * slice.height : 0)
  }, 0)
  return checkpointBytes + 4 * pixels
}

function diskCheck(needed: number, free: number): PreflightCheck {
  return { name: 'disk', status: free < needed ? 'blocks' : 'passed', values: { needed, free } }
}
