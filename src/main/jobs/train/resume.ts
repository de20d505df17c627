import { stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { TrainOptions } from '../../../shared/commands/training'
import { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import { countOf } from '../../../shared/text/count-of'
import { readWholeFile } from '../../files/weights'
import type { OpenedModel } from '../../models/open-model'
import { checkpointNames, checkpointToResume, isRunFolder } from './run-folder'
import type { Resumed, SavedRun } from './saved-state'
import { readSavedRun, unusableMoments } from './saved-state'

export interface ResumedFile {
  readonly file: string
  readonly resumed: Resumed
}

/**
 * The checkpoint to go on from. Of a run that was killed after it wrote its best checkpoint and before the latest one,
 * that is the best: both hold all that a run needs, and the latest alone would leave the best one unaccounted for.
 *
 * @throws AppError FILE_NOT_FOUND, NOTHING_TO_RESUME, WRONG_CHECKPOINT and what reading a checkpoint gives
 */
export async function openResumed(path: string): Promise<ResumedFile> {
  const file = await checkpointToResume(path)
  const resumed = await openCheckpoint(file)
  const best = join(dirname(file), checkpointNames.best)
  // A file that was named is meant. Elsewhere times give the hint, which copying can spoil: what is inside decides.
  if (file === path || !(await isNewer(best, file))) return resumed
  const other = await openCheckpoint(best)
  return isFurther(other, resumed) ? other : resumed
}

async function openCheckpoint(file: string): Promise<ResumedFile> {
  return { file, resumed: readSavedRun(await readWholeFile(file), file) }
}

async function isNewer(file: string, than: string): Promise<boolean> {
  const [one, other] = await Promise.all([file, than].map(path => stat(path).catch(() => null)))
  return one?.isFile() === true && one.mtimeMs > (other?.mtimeMs ?? Infinity)
}

function isFurther(one: ResumedFile, other: ResumedFile): boolean {
  const [a, b] = [one.resumed.run?.state, other.resumed.run?.state]
  if (!a || !b) return false
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.step > b.step)
}

/** What the user changed of the recipe: flags that were given, and only these. */
export function changesOf(options: TrainOptions): Partial<TrainingRecipe> {
  const names = Object.keys(TrainingRecipe.shape) as (keyof TrainingRecipe)[]
  const given = names.filter(name => options[name] !== undefined).map(name => [name, options[name]])
  return Object.fromEntries(given) as Partial<TrainingRecipe>
}

const flagOf = (name: string): string => `--${name.replace(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)}`

function refuse(name: string): never {
  const reason = `${flagOf(name)} cannot change when a run goes on: start a new run for it, or leave it out.`
  throw new AppError('USAGE', { reason })
}

/** What a flag has when it is not given; with it, the saved value is meant. */
const defaults = TrainOptions.pick({
  preset: true,
  model: true,
  axis: true,
  allowSharedGroup: true,
  task: true,
}).parse({})

/**
 * How the data are read and split belongs to the run: as it was saved, whatever the flags' defaults are.
 *
 * @throws AppError USAGE where a flag asks for something else
 */
export function resumedOptions(options: TrainOptions, saved: SavedRun): TrainOptions {
  const kept = {
    preset: saved.preset,
    model: saved.base.id,
    axis: saved.data.axis,
    allowSharedGroup: saved.data.allowSharedGroup,
    task: saved.task,
  } as const
  for (const name of Object.keys(kept) as (keyof typeof kept)[]) {
    if (options[name] !== defaults[name] && options[name] !== kept[name]) refuse(name)
  }
  const group = saved.data.group ?? undefined
  if (options.group !== undefined && options.group !== group) refuse('group')
  return { ...options, ...kept, group }
}

/** They decide which slices are held back, or what the stored moments and weights mean. */
const fixed = ['seed', 'validationFraction', 'resolution'] as const

/** @throws AppError USAGE for an option that would make the run another one */
export function resumedRecipe(options: TrainOptions, saved: SavedRun): TrainingRecipe {
  const changes = changesOf(options)
  for (const name of fixed) if (name in changes && changes[name] !== saved.recipe[name]) refuse(name)
  const middleOfEpoch = saved.state.step > 0
  if (middleOfEpoch && changes.batchSize !== undefined && changes.batchSize !== saved.recipe.batchSize) {
    refuse('batchSize') // the position within the epoch counts steps of the old size
  }
  return TrainingRecipe.parse({ ...saved.recipe, ...changes })
}

/**
 * A run that has done all its epochs may go on in its own folder: a kill can have come before its report.
 *
 * @throws AppError USAGE where nothing is left to do
 */
export function checkEpochsLeft({ file, resumed }: ResumedFile, { epochs }: TrainingRecipe): void {
  const done = resumed.run?.state.epoch ?? (resumed.checkpoint.epoch ?? -1) + 1
  if (done < epochs || (resumed.run && isRunFolder(dirname(file)))) return
  throw new AppError('USAGE', {
    reason: `This run has done ${countOf(done, 'epoch')} already: give --epochs above ${done} to go on.`,
  })
}

export function resumeNote({ file, resumed }: ResumedFile, { model }: OpenedModel): string {
  const { checkpoint, run } = resumed
  if (run && isDone(run)) {
    const done = countOf(run.state.epoch, 'epoch')
    return `Going on from ${file}, which has done its ${done}: more are trained with a higher --epochs only.`
  }
  if (run) return `Going on from ${file}: epoch ${run.state.epoch + 1}, step ${run.state.step + 1}.`
  const epoch = (checkpoint.epoch ?? -1) + 2
  const unusable = unusableMoments(resumed, model.parameters)
  const moments =
    unusable > 0 ? ` ${unusable} of its optimiser's moments do not fit this model and start anew.` : ''
  return `${file} comes from another program: going on with epoch ${epoch}; the learning-rate schedule starts anew.${moments}`
}

const isDone = ({ state, recipe }: SavedRun): boolean => state.epoch >= recipe.epochs
