import type { Segmenter } from '../../core/models/segmenter'
import type { JobEvent } from '../../shared/domain/events'
import type { PredictOptions } from '../../shared/domain/prediction'
import { AppError } from '../../shared/errors'
import { countOf } from '../../shared/text/count-of'
import type { FileCache } from '../datasets'
import { createFileCache, outcomeOf, readText } from '../datasets'
import { makeFolder } from '../files/make-folder'
import type { JobContext, JobFunction } from '../workers/contract'
import { listImages, refuseSameFolder } from './image-folder'
import { openSegmenter } from './open-segmenter'
import { predictAuto } from './predict-auto'
import type { Predicted } from './predict-image'
import { predictImage } from './predict-image'
import type { PromptsByImage } from './predict-prompts'
import { promptsOfCsv, promptsOfMasks } from './predict-prompts'

/**
 * Writes a label map per image that has prompts.
 *
 * @throws AppError ITEMS_REFUSED after the report when anything was refused; the rest is done by then
 */
export const predict: JobFunction<'predict'> = async function* (options, context) {
  const start = performance.now()
  const { fromMasks } = options
  await refuseSameFolder(options.out, {
    '--images': options.images,
    ...(fromMasks === undefined ? {} : { '--from-masks': fromMasks }),
  })
  const files = createFileCache()
  const { prompts, refused } = options.auto ? noPrompts : yield* findPrompts(options, files)
  const tally = { written: 0, objects: 0, refused }
  const run = { files, tally, options, context }
  if (options.auto) yield* findAndPredict(run)
  else yield* predictPrompted(prompts, run)
  const { written } = tally
  yield {
    event: 'report',
    command: 'predict',
    ...tally,
    out: options.out,
    model: options.model,
    seconds: (performance.now() - start) / 1000,
    interrupted: context.stop.requested,
    message: `${countOf(written, 'label map')} written to ${options.out}.`,
  }
  if (tally.refused > 0) {
    // Found objects are not asked for one by one: there the images count.
    const done = options.auto ? tally.written : tally.objects
    throw new AppError('ITEMS_REFUSED', { refused: tally.refused, total: tally.refused + done })
  }
}

interface Work {
  readonly files: FileCache
  readonly tally: Tally
  readonly options: PredictOptions
  readonly context: JobContext
}

async function* predictPrompted(prompts: PromptsByImage, work: Work): AsyncGenerator<JobEvent> {
  const { context, options } = work
  await makeFolder(options.out)
  if (prompts.size === 0) return
  const { segmenter } = yield* openSegmenter(context, options.model)
  try {
    yield* predictImages(prompts, { ...work, segmenter, stop: context.stop })
  } finally {
    await segmenter.dispose()
  }
}

/** Nothing is written, no folder either, by a model that cannot find objects. */
async function* findAndPredict(work: Work): AsyncGenerator<JobEvent> {
  const { context, options } = work
  const { segmenter, finder } = yield* openSegmenter(context, options.model)
  try {
    if (!finder) throw new AppError('NO_FINDER', { model: options.model })
    await makeFolder(options.out)
    yield* predictAuto(options, { ...work, segmenter, finder, stop: context.stop, sources: new Map() })
  } finally {
    await segmenter.dispose()
  }
}

/** The finder looks for itself. */
const noPrompts = { prompts: new Map(), refused: 0 } as const

async function* findPrompts(
  options: PredictOptions,
  files: FileCache,
): AsyncGenerator<JobEvent, { prompts: PromptsByImage; refused: number }> {
  const { boxes, points, fromMasks } = options
  if (fromMasks !== undefined) return yield* promptsOfMasks({ ...options, fromMasks }, files)
  const file = boxes ?? points
  if (file === undefined)
    throw new AppError('USAGE', { reason: 'predict needs --boxes, --points, --from-masks or --auto.' })
  const folder = await listImages(options.images)
  // What no row asks for is said but not held against the run; a row that asks for it is refused by itself.
  for (const item of folder.skipped) yield { event: 'skipped', ...item }
  if (folder.images.length === 0) throw new AppError('NO_USABLE_SLICES', { file: options.images })
  return yield* promptsOfCsv(await readText(file), file, {
    kind: boxes === undefined ? 'points' : 'boxes',
    folder,
  })
}

interface Run extends Pick<JobContext, 'stop'> {
  readonly segmenter: Segmenter
  readonly files: FileCache
  readonly options: PredictOptions
  readonly tally: Tally
}

interface Tally {
  written: number
  objects: number
  refused: number
}

async function* predictImages(prompts: PromptsByImage, run: Run): AsyncGenerator<JobEvent> {
  const sources = new Map<string, string>()
  let done = 0
  for (const [image, objects] of prompts) {
    if (run.stop.requested) return
    const outcome = await outcomeOf(() => predictImage(image, objects, { ...run, sources }))
    if ('skipped' in outcome) {
      run.tally.refused += objects.length
      yield { event: 'skipped', ...outcome.skipped }
    } else yield* reportImage(image, outcome.value, run.tally)
    yield { event: 'progress', stage: 'Predicting', done: ++done, total: prompts.size }
  }
}

function* reportImage(
  image: string,
  { file, painted, refused, stopped }: Predicted,
  tally: Tally,
): Generator<JobEvent> {
  for (const { report, objects } of refused) {
    tally.refused += objects
    yield { event: 'skipped', ...report }
  }
  tally.objects += painted
  if (stopped !== null && stopped.of > 1) {
    const message = `Stopped after ${stopped.done} of ${stopped.of} planes of ${image}: its label map is not written.`
    yield { event: 'notice', message }
  }
  if (file === null) return
  tally.written++
  yield { event: 'written', file }
}
