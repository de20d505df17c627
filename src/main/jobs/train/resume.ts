import { TrainOptions } from '../../../shared/contract/training'
import { TrainingRecipe } from '../../../shared/domain/training-options'
import { AppError } from '../../../shared/errors'
import { countOf } from '../../../shared/text/count-of'
import { readWholeFile } from '../../files/weights'
import type { OpenedModel } from '../../models/open-model'
import { checkpointToResume } from './run-folder'
import type { Resumed, SavedRun } from './saved-state'
import { readSavedRun, unusableMoments } from './saved-state'

export interface ResumedFile {
  readonly file: string
  readonly resumed: Resumed
}

/** @throws AppError FILE_NOT_FOUND, NOTHING_TO_RESUME, WRONG_CHECKPOINT and what reading a checkpoint gives */
export async function openResumed(path: string): Promise<ResumedFile> {
  const file = await checkpointToResume(path)
  return { file, resumed: readSavedRun(await readWholeFile(file), file) }
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

/** @throws AppError USAGE where the run has done all the epochs that are asked for */
export function checkEpochsLeft({ resumed }: ResumedFile, { epochs }: TrainingRecipe): void {
  const done = resumed.run?.state.epoch ?? (resumed.checkpoint.epoch ?? -1) + 1
  if (done < epochs) return
  throw new AppError('USAGE', {
    reason: `This run has done ${countOf(done, 'epoch')} already: give --epochs above ${done} to go on.`,
  })
}

export function resumeNote({ file, resumed }: ResumedFile, { model }: OpenedModel): string {
  const { checkpoint, run } = resumed
  if (run) return `Going on from ${file}: epoch ${run.state.epoch + 1}, step ${run.state.step + 1}.`
  const epoch = (checkpoint.epoch ?? -1) + 2
  const unusable = unusableMoments(resumed, model.parameters)
  const moments =
    unusable > 0 ? ` ${unusable} of its optimiser's moments do not fit this model and start anew.` : ''
  return `${file} comes from another program: going on with epoch ${epoch}; the learning-rate schedule starts anew.${moments}`
}
