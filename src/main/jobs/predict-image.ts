import { join } from 'node:path'
import type { Segmenter } from '../../core/models/segmenter'
import type { PredictOptions } from '../../shared/domain/prediction'
import type { Prompt } from '../../shared/domain/prompt'
import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import type { DecodedFile } from '../codecs'
import type { FileCache, SkippedFile, SliceAxis } from '../datasets'
import { axisOf, loadImage, outcomeOf, planeCount, skippedFile } from '../datasets'
import { labelMapExporter } from '../exporters'
import { writeAtomically } from '../files/write-atomically'
import type { StopFlag } from '../workers/stop-flag'
import type { LabelMap } from './predict-label-map'
import { createLabelMap } from './predict-label-map'
import type { ObjectPrompt } from './predict-prompts'

export interface PredictWorld {
  readonly segmenter: Segmenter
  readonly files: FileCache
  readonly options: Pick<PredictOptions, 'out' | 'axis'>
  readonly stop: StopFlag
  /** Which image writes each file */
  readonly sources: Map<string, string>
}

export interface Predicted {
  /** Null when every object was refused, and when a stop was asked for before the last plane */
  readonly file: string | null
  readonly painted: number
  /** One report per faulty plane or prompt, with the count of objects that it concerns */
  readonly refused: readonly { readonly report: SkippedFile; readonly objects: number }[]
  /** Planes that are done, of all that have prompts, where a stop was asked for in between */
  readonly stopped: { readonly done: number; readonly of: number } | null
}

/**
 * Segments the objects of an image, plane by plane, and writes its label map once all are done.
 *
 * @throws AppError for what concerns the whole image; ABORTED
 */
export async function predictImage(
  image: string,
  objects: readonly ObjectPrompt[],
  world: PredictWorld,
): Promise<Predicted> {
  const decoded = await world.files.read(image, 'image')
  const exporter = labelMapExporter(decoded.kind)
  const out = join(world.options.out, `${stemOf(image)}${exporter.extension}`)
  const other = world.sources.get(out)
  if (other !== undefined) {
    throw new AppError('UNUSABLE_SLICE', { file: image, reason: `${other} already writes ${out}` })
  }
  world.sources.set(out, image)
  const { shape } = decoded.pixels
  const map = createLabelMap(shape.slice(0, decoded.kind === 'volume' ? 3 : 2), axisOf(world.options.axis))
  const refused: Predicted['refused'][number][] = []
  let painted = 0
  const slices = [...new Set(objects.map(object => object.slice))]
  for (const [done, slice] of slices.entries()) {
    // Half a volume is not written: nobody could tell it from a whole one.
    if (world.stop.requested) return { file: null, painted: 0, refused, stopped: { done, of: slices.length } }
    const prompts = objects.filter(object => object.slice === slice)
    const outcome = await outcomeOf(() => paintPlane({ image, decoded, slice, prompts, map }, world))
    if ('skipped' in outcome) refused.push({ report: outcome.skipped, objects: prompts.length })
    else {
      painted += outcome.value.painted
      for (const error of outcome.value.outside) refused.push({ report: skippedFile(error), objects: 1 })
    }
  }
  if (painted === 0) return { file: null, painted, refused, stopped: null }
  await writeAtomically(out, await exporter.encode(map.labels, image))
  return { file: out, painted, refused, stopped: null }
}

interface Plane {
  readonly image: string
  readonly decoded: DecodedFile
  readonly slice: number | null
  readonly prompts: readonly ObjectPrompt[]
  readonly map: LabelMap
}

async function paintPlane(
  { image, decoded, slice, prompts, map }: Plane,
  { segmenter, files, options, stop }: PredictWorld,
): Promise<{ painted: number; outside: AppError[] }> {
  const axis = axisOf(options.axis)
  checkSlice(slice, planesOf(decoded, axis), { image, source: prompts[0]?.source ?? null })
  const record = { imageFile: image, sliceIndex: slice, axis: slice === null ? null : axis, spacingMm: null }
  const plane = await loadImage(record, files)
  const [height = 0, width = 0] = plane.image.shape
  const embedding = await segmenter.embed(plane.image)
  const refused: AppError[] = []
  let painted = 0
  for (const { label, prompt, source } of prompts) {
    if (stop.urgent) throw new AppError('ABORTED', {})
    const inside = clampPrompt(prompt, height, width)
    if (inside === null) {
      refused.push(outside(image, source, { height, width }))
      continue
    }
    const { mask, predictedIou } = await segmenter.segment(embedding, inside)
    map.paint(mask.data, { label, predictedIou, slice })
    painted++
  }
  return { painted, outside: refused }
}

/** Null for a picture. */
function planesOf({ kind, pixels }: DecodedFile, axis: SliceAxis): number | null {
  return kind === 'volume' ? planeCount(pixels.shape, axis) : null
}

type Source = ObjectPrompt['source']

function checkSlice(
  slice: number | null,
  planes: number | null,
  { image, source }: { image: string; source: Source },
): void {
  const reason = sliceFault(slice, planes)
  if (reason === null) return
  throw source === null
    ? new AppError('UNUSABLE_SLICE', { file: image, reason })
    : new AppError('PROMPT_FILE_INVALID', { ...source, reason: `${image}: ${reason}` })
}

function sliceFault(slice: number | null, planes: number | null): string | null {
  if (planes === null) return slice === null ? null : 'it is a picture and has no slices'
  if (slice === null) return 'it is a volume: the column slice must say which plane'
  return slice < planes ? null : `it has ${planes} planes, counted from 0, so there is no plane ${slice}`
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
