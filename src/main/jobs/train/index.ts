import { dirname } from 'node:path'
import type { TrainOptions } from '../../../shared/contract/training'
import { recipeOf } from '../../../shared/domain/training-options'
import { lockFolder } from '../../files/folder-lock'
import type { OpenedModel } from '../../models/open-efficient-sam'
import { openEfficientSam } from '../../models/open-efficient-sam'
import { findAppRoot } from '../../files/app-root'
import type { JobFunction } from '../../workers/contract'
import type { ResumedFile } from './resume'
import { changesOf, checkEpochsLeft, openResumed, resumedOptions, resumedRecipe, resumeNote } from './resume'
import { createRunFolder, isRunFolder } from './run-folder'
import type { RunDescription } from './run-report'
import { writeSanityFigure } from './sanity-figure'
import { openSession } from './session'
import { openTrainingData } from './training-data'
import { TrainingRun } from './training-run'

/** Fine-tunes a model and leaves a run folder: checkpoints, log, charts, overlays, model card. */
export const train: JobFunction<'train'> = async function* (asked, context) {
  const resume = asked.resume === undefined ? null : await openResumed(asked.resume)
  const saved = resume?.resumed.run ?? null
  const options = saved ? resumedOptions(asked, saved) : asked
  const recipe = saved ? resumedRecipe(asked, saved) : recipeOf(asked.preset, changesOf(asked))
  if (resume) checkEpochsLeft(resume, recipe)
  const opened = await openEfficientSam(resume?.file ?? options.model, recipe.resolution)
  for (const message of opened.notes) yield { event: 'notice', message }
  if (resume) yield { event: 'notice', message: resumeNote(resume, opened) }
  const { preprocessing } = opened.model
  const world = { recipe, preprocessing, split: saved?.split ?? null, stop: context.stop }
  const data = yield* openTrainingData(options, world)
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
  const lock = await lockFolder(run.folder)
  const session = openSession(context.engines.openEngine(), opened.model, data, run)
  const training = new TrainingRun(run, { opened, data, session, context, resumed: resume?.resumed ?? null })
  try {
    yield* training.start()
  } finally {
    await session.dispose()
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
