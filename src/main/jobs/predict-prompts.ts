import { boxOfMask } from '../../core/imaging/box'
import { maskOfLabel } from '../../core/imaging/labels'
import { firstClick } from '../../core/prompts'
import type { JobEvent } from '../../shared/domain/events'
import type { PredictOptions } from '../../shared/domain/prediction'
import type { Prompt } from '../../shared/domain/prompt'
import { AppError, isAppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import type { FileCache, SliceAxis } from '../datasets'
import { axisOf, loadSlice, outcomeOf, planeCount, skippedFile } from '../datasets'
import { imageFinder, listImages } from './image-folder'
import { parseBoxes, parsePoints } from './predict-csv'

/** One object to segment on one slice of one image. */
export interface ObjectPrompt {
  readonly slice: number | null
  readonly label: number
  readonly prompt: Prompt
  /** Where the prompt was given, for reports: a csv and its line */
  readonly source: { readonly file: string; readonly line: number } | null
}

/** The objects of each image file. */
export type PromptsByImage = ReadonlyMap<string, readonly ObjectPrompt[]>

/**
 * What the csv asks for, image by image; rows whose image is not in the folder are reported.
 *
 * @returns the prompts, and the count of refused rows
 * @throws AppError PROMPT_FILE_INVALID, FILE_NOT_FOUND
 */
export function* promptsOfCsv(
  text: string,
  file: string,
  { kind, images }: { kind: 'boxes' | 'points'; images: readonly string[] },
): Generator<JobEvent, { prompts: PromptsByImage; refused: number }> {
  const find = imageFinder(images)
  const prompts = new Map<string, ObjectPrompt[]>()
  let refused = 0
  for (const row of kind === 'boxes' ? parseBoxes(text, file) : parsePoints(text, file)) {
    const image = find(row.image)
    if (image === undefined) {
      refused++
      const reason = `there is no image ${row.image} in the folder`
      yield {
        event: 'skipped',
        ...skippedFile(new AppError('PROMPT_FILE_INVALID', { file, line: row.line, reason })),
        file: row.image,
      }
      continue
    }
    const source = { file, line: row.line }
    const known = prompts.get(image) ?? []
    known.push({ slice: row.slice, label: row.label, prompt: row.prompt, source })
    prompts.set(image, known)
  }
  return { prompts, refused }
}

/** One prompt per value of each mask of the same stem; an image without a usable mask is reported. */
export async function* promptsOfMasks(
  options: Pick<PredictOptions, 'prompt' | 'axis'> & { fromMasks: string },
  images: readonly string[],
  files: FileCache,
): AsyncGenerator<JobEvent, { prompts: PromptsByImage; refused: number }> {
  const masks = await listImages(options.fromMasks)
  const maskOf = new Map(
    masks.map(mask => [stemOf(mask).replace(/_(mask|label|seg|Annotation)$/i, ''), mask]),
  )
  for (const mask of masks) maskOf.set(stemOf(mask), mask)
  const prompts = new Map<string, readonly ObjectPrompt[]>()
  let refused = 0
  for (const imageFile of images) {
    const maskFile = maskOf.get(stemOf(imageFile))
    const outcome = await outcomeOf(async () => {
      if (maskFile === undefined) {
        throw new AppError('UNUSABLE_SLICE', { file: imageFile, reason: 'it has no mask of the same name' })
      }
      return promptsOfMask({ imageFile, maskFile }, options, files)
    })
    if ('value' in outcome) prompts.set(imageFile, outcome.value)
    else {
      refused++
      yield { event: 'skipped', ...outcome.skipped }
    }
  }
  return { prompts, refused }
}

async function promptsOfMask(
  pair: { imageFile: string; maskFile: string },
  options: Pick<PredictOptions, 'prompt' | 'axis'>,
  files: FileCache,
): Promise<ObjectPrompt[]> {
  const axis = axisOf(options.axis)
  const image = await files.read(pair.imageFile, 'image')
  if (image.kind === 'picture')
    return promptsOfSlice(pair, { slice: null, axis: null, kind: options.prompt }, files)
  const found: ObjectPrompt[] = []
  let empty: AppError | null = null
  for (let slice = 0; slice < planeCount(image.pixels.shape, axis); slice++) {
    try {
      found.push(...(await promptsOfSlice(pair, { slice, axis, kind: options.prompt }, files)))
    } catch (error) {
      // Planes without a label are the rule in a volume; only one without any is refused.
      if (!isAppError(error) || error.code !== 'UNUSABLE_SLICE') throw error
      empty = error
    }
  }
  if (found.length === 0 && empty !== null) throw empty
  return found
}

async function promptsOfSlice(
  pair: { imageFile: string; maskFile: string },
  { slice, axis, kind }: { slice: number | null; axis: SliceAxis | null; kind: 'box' | 'point' },
  files: FileCache,
): Promise<ObjectPrompt[]> {
  const name = stemOf(pair.imageFile)
  const record = {
    ...pair,
    id: name,
    name,
    group: name,
    split: null,
    spacingMm: null,
    sliceIndex: slice,
    axis,
  }
  const { labels, labelValues } = await loadSlice(record, files)
  const [height = 0, width = 0] = labels.shape
  return labelValues.flatMap(label => {
    const prompt = promptOfMask(maskOfLabel(labels.data, label), { height, width }, kind)
    return prompt === null ? [] : [{ slice, label, prompt, source: null }]
  })
}

function promptOfMask(
  mask: Uint8Array,
  { height, width }: { height: number; width: number },
  kind: 'box' | 'point',
): Prompt | null {
  if (kind === 'box') {
    const box = boxOfMask(mask, height, width)
    return box === null ? null : { box, points: [] }
  }
  const point = firstClick(mask, height, width)
  return point === null ? null : { box: null, points: [point] }
}
