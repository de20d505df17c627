import { dirname } from 'node:path'
import type { TrainOptions } from '../../../shared/contract/training'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { recipeOf, TrainingRecipe as RecipeSchema } from '../../../shared/domain/training-options'
import { readWholeFile } from '../../files/weights'
import type { OpenedModel } from '../../models/open-efficient-sam'
import { openEfficientSam } from '../../models/open-efficient-sam'
import { findAppRoot } from '../../services/app-root'
import type { JobFunction } from '../../workers/contract'
import { checkpointToResume, createRunFolder, isRunFolder } from './run-folder'
import type { RunDescription } from './run-report'
import { writeSanityFigure } from './sanity-figure'
import type { Resumed, SavedRun } from './saved-state'
import { readSavedRun } from './saved-state'
import { openSession } from './session'
import { openTrainingData } from './training-data'
import { TrainingRun } from './training-run'

/** Fine-tunes a model and leaves a run folder: checkpoints, log, charts, overlays, model card. */
export const train: JobFunction<'train'> = async function* (options, context) {
  const resume = options.resume === undefined ? null : await openResumed(options.resume)
  const recipe = recipeFor(options, resume?.resumed.run ?? null)
  const opened = await openEfficientSam(resume?.file ?? options.model, recipe.resolution)
  for (const message of opened.loaded.notes) yield { event: 'notice', message }
  if (resume) yield { event: 'notice', message: resumeNote(resume) }
  const { preprocessing } = opened.model
  const data = yield* openTrainingData(options, { recipe, preprocessing })
  if (options.sanityCheck) {
    const file = await writeSanityFigure(options.out, data, { preprocessing, recipe })
    yield { event: 'written', file }
    yield { event: 'report', command: 'train', sanityCheck: file }
    return
  }
  const run: RunDescription = {
    ...describeRun(options, opened, resume),
    folder: await folderOf(options, resume),
    recipe,
  }
  const session = openSession(context.engines.openEngine(), opened.model, data, run)
  try {
    yield* new TrainingRun(run, { opened, data, session, context, resumed: resume?.resumed ?? null }).start()
  } finally {
    await session.dispose()
  }
}

interface ResumedFile {
  readonly file: string
  readonly resumed: Resumed
}

async function openResumed(path: string): Promise<ResumedFile> {
  const file = await checkpointToResume(path)
  return { file, resumed: readSavedRun(await readWholeFile(file), file) }
}

/** A run goes on in its own folder; a checkpoint that lies elsewhere gets a new one. */
async function folderOf({ out, task }: TrainOptions, resume: ResumedFile | null): Promise<string> {
  const own = resume && dirname(resume.file)
  return own !== null && isRunFolder(own) ? own : createRunFolder(out, task, new Date())
}

function describeRun(
  options: TrainOptions,
  { model, source, licence, sha256 }: OpenedModel,
  resume: ResumedFile | null,
): Omit<RunDescription, 'folder' | 'recipe'> {
  const saved = resume?.resumed.run
  return {
    task: options.task,
    preset: saved?.preset ?? options.preset,
    preprocessing: model.preprocessing,
    base: saved?.base ?? { id: resume?.file ?? options.model, source, licence, sha256 },
    dataFolder: options.data,
    program: `SliceTune ${findAppRoot().version}`,
  }
}

/** What the user changed of the recipe: flags that were given, and only these. */
function changesOf(options: TrainOptions): Partial<TrainingRecipe> {
  const names = Object.keys(RecipeSchema.shape) as (keyof TrainingRecipe)[]
  const given = names.filter(name => options[name] !== undefined).map(name => [name, options[name]])
  return Object.fromEntries(given) as Partial<TrainingRecipe>
}

function recipeFor(options: TrainOptions, saved: SavedRun | null): TrainingRecipe {
  if (!saved) return recipeOf(options.preset, changesOf(options))
  return RecipeSchema.parse({ ...saved.recipe, ...changesOf(options) })
}

function resumeNote({ file, resumed }: ResumedFile): string {
  const { checkpoint, run } = resumed
  if (run) return `Going on from ${file}: epoch ${run.state.epoch + 1}, step ${run.state.step + 1}.`
  const epoch = (checkpoint.epoch ?? -1) + 2
  return `${file} comes from another program: going on with epoch ${epoch}; the learning-rate schedule starts anew.`
}
