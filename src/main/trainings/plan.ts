import { existsSync } from 'node:fs'
import { statfs } from 'node:fs/promises'
import { freemem } from 'node:os'
import type { PreflightCheck, PresetPlan, TrainingPlan } from '../../shared/contract/training'
import { Preset, recipeOf } from '../../shared/domain/training-options'
import { isAppError } from '../../shared/errors'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { freeName } from './free-name'
import { rootOf } from './root-of'
import type { RunSplit } from './split'
import { chooseRunSplit } from './split'
import type { TrainingSlices } from './training-slices'
import { trainingSlices } from './training-slices'
import { measuredAs } from './speed-trial'
import type { TrainingSpeeds } from './training-speeds'
import { estimatedSeconds } from './training-speeds'
import type { RunWishes } from './trainings'

/** With fewer it can be tried, and the result says little. */
const enoughSlices = 12
/** Held-out slices that give a firm answer. */
const enoughHeldOut = 8

const noSplit: Pick<RunSplit, 'train' | 'val' | 'empty'> = { train: [], val: [], empty: [] }

export async function planRun(
  session: ProjectSession,
  { changes, allowSharedGroup }: Omit<RunWishes, 'name' | 'preset'>,
  speeds: TrainingSpeeds,
): Promise<TrainingPlan> {
  const slices = trainingSlices(session)
  const { validationFraction, seed } = recipeOf('quick', changes)
  const wishes = { validationFraction, seed, allowSharedGroup }
  const split = splitOrNull(session, slices, wishes)
  const { train, val, empty } = split ?? noSplit
  const base = modelInUse(session)
  const presets = Preset.options.map(preset =>
    presetPlan(preset, { split, changes, speeds, base: rootOf(session, base) }),
  )
  const diskBytes = neededBytes(session, slices)
  const [name, checkedModel] = [freeName(session), modelCheck(session, base)]
  // The project may be closed while this is waited for.
  const disk = await statfs(session.folder).catch(() => null)
  const freeBytes = disk ? disk.bavail * disk.bsize : null
  return {
    name,
    base,
    trainSlices: train.length,
    valSlices: val.length,
    emptySlices: empty.length,
    train: train.map(({ id }) => id),
    val: val.map(({ id }) => id),
    groups: groupsOf(slices.labelled),
    diskBytes,
    presets,
    checks: [
      slicesCheck(slices),
      ...groupChecks(slices, split, allowSharedGroup),
      ...labelChecks(slices),
      ...(freeBytes === null ? [] : [diskCheck(diskBytes, freeBytes)]),
      checkedModel,
    ],
  }
}

interface PresetWorld {
  readonly split: RunSplit | null
  readonly changes: RunWishes['changes']
  readonly speeds: TrainingSpeeds
  readonly base: string
}

function presetPlan(preset: Preset, { split, changes, speeds, base }: PresetWorld): PresetPlan {
  const resolution = changes.resolution ?? null
  const speed = speeds.get({ model: base, preset: measuredAs(preset), resolution })
  const slices = split ? split.train.length + split.val.length : 0
  return {
    preset,
    seconds: speed && estimatedSeconds(speed, recipeOf(preset, changes), slices),
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
function labelChecks({ labels, unused }: TrainingSlices): PreflightCheck[] {
  const used: PreflightCheck = {
    name: 'labels',
    status: labels > 8 ? 'to-know' : 'passed',
    values: { labels },
  }
  if (labels === 0 || unused.length === 0) return [used]
  return [
    used,
    {
      name: 'unused-labels',
      status: 'to-know',
      values: { labels: unused.length, names: unused.slice(0, 3).join(', ') },
    },
  ]
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

function modelCheck(session: ProjectSession, id: string): PreflightCheck {
  const version = session.store.versions.get(id)
  const isThere = version === null || existsSync(session.pathOf(version.file))
  return { name: 'model', status: isThere ? 'passed' : 'blocks', values: { name: version?.name ?? id } }
}
