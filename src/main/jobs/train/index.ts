import { dirname } from 'node:path'
import type { TrainOptions } from '../../../shared/commands/training'
import type { JobEvent } from '../../../shared/domain/events'
import type { TrainingRecipe } from '../../../shared/domain/training-options'
import { recipeOf } from '../../../shared/domain/training-options'
import { lockFolder } from '../../files/folder-lock'
import type { OpenedModel } from '../../models/open-model'
import { openModel } from '../../models/open-model'
import { findAppRoot } from '../../files/app-root'
import type { JobFunction } from '../../workers/contract'
import type { ResumedFile } from './resume'
import { changesOf, checkEpochsLeft, openResumed, resumedOptions, resumedRecipe, resumeNote } from './resume'
import { withPresetPreprocessing } from './preset-preprocessing'
import { createRunFolder, isRunFolder } from './run-folder'
import { progressFrom } from './run-progress'
import type { RunDescription } from './run-report'
import { writeSanityFigure } from './sanity-figure'
import { openSession } from './session'
import { checkWorkers, shareable, sharingNotice } from './sharing'
import { openTrainingData, shownSplit } from './training-data'
import type { RunWorld } from './training-run'
import { TrainingRun } from './training-run'

/** Fine-tunes a model and leaves a run folder: checkpoints, log, charts, overlays, model card. */
export const train: JobFunction<'train'> = async function* (asked, context) {
  const resume = asked.resume === undefined ? null : await openResumed(asked.resume)
  const { options, recipe } = settingsOf(asked, resume)
  checkWorkers(options, recipe)
  const opened = withPresetPreprocessing(
    shareable(
      await openModel(resume?.file ?? options.model, recipe.resolution, recipe.clickShare > 0),
      options,
    ),
    options.preset,
  )
  for (const message of opened.notes) yield { event: 'notice', message }
  if (resume) yield { event: 'notice', message: resumeNote(resume, opened) }
  const { preprocessing } = opened.model
  const split = resume?.resumed.run?.split ?? null
  const data = yield* openTrainingData(options, { recipe, preprocessing, split, stop: context.stop })
  if (options.sanityCheck) {
    const file = await writeSanityFigure(options.out, data, { preprocessing, recipe })
    yield { event: 'written', file }
    yield { event: 'report', command: 'train', sanityCheck: file }
    return
  }
  yield* sharingNotice(options, data, context)
  const folder = await folderOf(options, resume)
  const run: RunDescription = { ...describeRun(options, opened, resume), folder, recipe }
  const { sampleSlices } = asked
  yield* shownSplit(data, sampleSlices)
  const progress = progressFrom(resume?.resumed ?? null, opened.model.parameters, recipe, changesOf(asked))
  yield* inFolder(run, { opened, data, context, progress, sampleSlices }, options)
}

/** What the user asks for, on top of what a run that goes on was begun with. */
function settingsOf(
  asked: TrainOptions,
  resume: ResumedFile | null,
): { options: TrainOptions; recipe: TrainingRecipe } {
  const saved = resume?.resumed.run
  const options = saved ? resumedOptions(asked, saved) : asked
  const recipe = saved ? resumedRecipe(asked, saved) : recipeOf(asked.preset, changesOf(asked))
  if (resume) checkEpochsLeft(resume, recipe)
  return { options, recipe }
}

/** One process at a time works in a run's folder; engine and lock are given back however it ends. */
async function* inFolder(
  run: RunDescription,
  world: Omit<RunWorld, 'session'>,
  { workers }: TrainOptions,
): AsyncGenerator<JobEvent> {
  const lock = await lockFolder(run.folder)
  try {
    const session = openSession(world.context, world.opened.model, world.data, { ...run, workers })
    try {
      yield* new TrainingRun(run, { ...world, session }).start()
    } finally {
      await session.dispose()
    }
  } finally {
    await lock.release()
  }
}

/** A run goes on in its own folder; a checkpoint that lies elsewhere, or another program's, gets a new one. */
async function folderOf({ out, task }: TrainOptions, resume: ResumedFile | null): Promise<string> {
  const own = resume?.resumed.run ? dirname(resume.file) : null
  return own !== null && isRunFolder(own) ? own : createRunFolder(out, task, new Date())
}

function describeRun(
  options: TrainOptions,
  { model, source, licence, sha256 }: OpenedModel,
  resume: ResumedFile | null,
): Omit<RunDescription, 'folder' | 'recipe'> {
  const saved = resume?.resumed.run
  const { group = null, axis, allowSharedGroup, task } = options
  return {
    task,
    data: { group, axis, allowSharedGroup },
    preset: options.preset,
    preprocessing: model.preprocessing,
    base: saved?.base ?? { id: resume?.file ?? options.model, source, licence, sha256 },
    dataFolder: options.data,
    program: `SliceTune ${findAppRoot().version}`,
  }
}
