import { join } from 'node:path'
import type { Segmenter } from '../../core/models/segmenter'
import type { JobEvent } from '../../shared/domain/events'
import type { PredictOptions } from '../../shared/domain/prediction'
import type { Prompt } from '../../shared/domain/prompt'
import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import type { FileCache, SliceAxis } from '../datasets'
import { axisOf, createFileCache, loadImage, outcomeOf, readText, skippedFile } from '../datasets'
import { labelMapExporter } from '../exporters'
import { makeFolder } from '../files/make-folder'
import { writeAtomically } from '../files/write-atomically'
import type { JobContext, JobFunction } from '../workers/contract'
import { listImages, refuseSameFolder } from './image-folder'
import { openSegmenter } from './open-segmenter'
import { createLabelMap } from './predict-label-map'
import type { ObjectPrompt, PromptsByImage } from './predict-prompts'
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
  const images = await listImages(options.images)
  const files = createFileCache()
  const { prompts, refused } = yield* findPrompts(options, images, files)
  await makeFolder(options.out)
  const tally = { written: 0, objects: 0, refused }
  if (prompts.size > 0) {
    const { segmenter } = yield* openSegmenter(context, options.model)
    try {
      yield* predictImages(prompts, { segmenter, files, tally, options, stop: context.stop })
    } finally {
      await segmenter.dispose()
    }
  }
  const { written } = tally
  yield {
    event: 'report',
    command: 'predict',
    ...tally,
    out: options.out,
    model: options.model,
    seconds: (performance.now() - start) / 1000,
    interrupted: context.stop.requested,
    message: `${written} label ${written === 1 ? 'map' : 'maps'} written to ${options.out}.`,
  }
  if (tally.refused > 0) {
    throw new AppError('ITEMS_REFUSED', { refused: tally.refused, total: tally.refused + tally.objects })
  }
}

async function* findPrompts(
  options: PredictOptions,
  images: readonly string[],
  files: FileCache,
): AsyncGenerator<JobEvent, { prompts: PromptsByImage; refused: number }> {
  const { boxes, points, fromMasks } = options
  if (fromMasks !== undefined) return yield* promptsOfMasks({ ...options, fromMasks }, images, files)
  const file = boxes ?? points
  if (file === undefined)
    throw new AppError('USAGE', { reason: 'predict needs --boxes, --points or --from-masks.' })
  return yield* promptsOfCsv(await readText(file), file, {
    kind: boxes === undefined ? 'points' : 'boxes',
    images,
  })
}

interface Run extends Pick<JobContext, 'stop'> {
  readonly segmenter: Segmenter
  readonly files: FileCache
  readonly options: PredictOptions
  readonly tally: { written: number; objects: number; refused: number }
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
    } else {
      for (const refused of outcome.value.refused) yield { event: 'skipped', ...skippedFile(refused) }
      run.tally.refused += outcome.value.refused.length
      run.tally.objects += outcome.value.painted
      if (outcome.value.file !== null) {
        run.tally.written++
        yield { event: 'written', file: outcome.value.file }
      }
    }
    yield { event: 'progress', stage: 'Predicting', done: ++done, total: prompts.size }
  }
}

interface Predicted {
  /** Null when every object was refused */
  readonly file: string | null
  readonly painted: number
  readonly refused: readonly AppError[]
}

async function predictImage(
  image: string,
  objects: readonly ObjectPrompt[],
  { segmenter, files, options, sources, stop }: Run & { sources: Map<string, string> },
): Promise<Predicted> {
  const decoded = await files.read(image, 'image')
  const exporter = labelMapExporter(decoded.kind)
  const out = join(options.out, `${stemOf(image)}${exporter.extension}`)
  const other = sources.get(out)
  if (other !== undefined) {
    throw new AppError('UNUSABLE_SLICE', { file: image, reason: `${other} already writes ${out}` })
  }
  sources.set(out, image)
  const axis = axisOf(options.axis)
  const isVolume = decoded.kind === 'volume'
  const map = createLabelMap(isVolume ? decoded.pixels.shape : decoded.pixels.shape.slice(0, 2), axis)
  const refused: AppError[] = []
  let painted = 0
  for (const slice of new Set(objects.map(object => object.slice))) {
    const prompts = objects.filter(object => object.slice === slice)
    if (stop.urgent) throw new AppError('ABORTED', {})
    checkSlice(slice, isVolume, { image, source: prompts[0]?.source ?? null })
    const plane = await loadImage(planeRecord(image, slice, axis), files)
    const [height = 0, width = 0] = plane.image.shape
    const embedding = await segmenter.embed(plane.image)
    for (const { label, prompt, source } of prompts) {
      const inside = clampPrompt(prompt, height, width)
      if (inside === null) {
        refused.push(outside(image, source, { height, width }))
        continue
      }
      const { mask, predictedIou } = await segmenter.segment(embedding, inside)
      map.paint(mask.data, { label, predictedIou, slice })
      painted++
    }
  }
  if (painted === 0) return { file: null, painted, refused }
  await writeAtomically(out, await exporter.encode(map.labels, image))
  return { file: out, painted, refused }
}

function planeRecord(imageFile: string, slice: number | null, axis: SliceAxis) {
  return { imageFile, sliceIndex: slice, axis: slice === null ? null : axis, spacingMm: null }
}

type Source = ObjectPrompt['source']

function checkSlice(
  slice: number | null,
  isVolume: boolean,
  { image, source }: { image: string; source: Source },
) {
  if (isVolume === (slice !== null)) return
  const reason = isVolume
    ? 'it is a volume: the column slice must say which plane'
    : 'it is a picture and has no slices'
  throw source === null
    ? new AppError('UNUSABLE_SLICE', { file: image, reason })
    : new AppError('PROMPT_FILE_INVALID', { ...source, reason: `${image}: ${reason}` })
}

function outside(
  image: string,
  source: Source,
  { height, width }: { height: number; width: number },
): AppError {
  const reason = `the prompt lies outside ${image}, which measures ${width} x ${height} pixels`
  return source === null
    ? new AppError('UNUSABLE_SLICE', { file: image, reason })
    : new AppError('PROMPT_FILE_INVALID', { ...source, reason })
}

/** Box sides that stick out are pulled in to the last pixel; a box or point wholly outside gives null. */
export function clampPrompt({ box, points }: Prompt, height: number, width: number): Prompt | null {
  const contains = (x: number, y: number): boolean =>
    x >= -0.5 && y >= -0.5 && x <= width - 0.5 && y <= height - 0.5
  if (!points.every(({ x, y }) => contains(x, y))) return null
  if (box === null) return { box, points }
  if (box.x1 < 0 || box.y1 < 0 || box.x0 > width - 1 || box.y0 > height - 1) return null
  const inside = {
    x0: Math.max(0, box.x0),
    y0: Math.max(0, box.y0),
    x1: Math.min(width - 1, box.x1),
    y1: Math.min(height - 1, box.y1),
  }
  return { box: inside, points }
}
