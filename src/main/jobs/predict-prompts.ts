import { boxOfMask } from '../../core/imaging/box'
import { maskOfLabel } from '../../core/imaging/labels'
import { firstClick } from '../../core/prompts'
import type { JobEvent } from '../../shared/domain/events'
import type { PredictOptions } from '../../shared/domain/prediction'
import type { Prompt } from '../../shared/domain/prompt'
import { AppError } from '../../shared/errors'
import { stemOf } from '../codecs'
import type { FileCache, LoadedSlice, SkippedFile, SliceAxis } from '../datasets'
import {
  axisOf,
  firstReports,
  loadLabels,
  loadSlice,
  outcomeOf,
  pairFiles,
  planeCount,
  refuseOtherSize,
  skippedFile,
} from '../datasets'
import type { ImageFolder } from './image-folder'
import { imageFinder } from './image-folder'
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
 * What the csv asks for, image by image; rows whose image is not in the folder, or is not read, are reported.
 *
 * @returns the prompts, and the count of refused rows
 * @throws AppError PROMPT_FILE_INVALID, FILE_NOT_FOUND
 */
export function* promptsOfCsv(
  text: string,
  file: string,
  { kind, folder }: { kind: 'boxes' | 'points'; folder: ImageFolder },
): Generator<JobEvent, { prompts: PromptsByImage; refused: number }> {
  const find = imageFinder(folder.images)
  const findUnread = imageFinder(folder.skipped.map(skipped => skipped.file))
  const prompts = new Map<string, ObjectPrompt[]>()
  let refused = 0
  for (const row of kind === 'boxes' ? parseBoxes(text, file) : parsePoints(text, file)) {
    const image = find(row.image)
    if (image === undefined) {
      refused++
      const unread = findUnread(row.image)
      const reason =
        unread === undefined
          ? `there is no image ${row.image} in the folder`
          : `${unread} is not a format that SliceTune reads yet`
      yield {
        event: 'skipped',
        ...skippedFile(new AppError('PROMPT_FILE_INVALID', { file, line: row.line, reason })),
        file: unread ?? row.image,
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

interface Pair {
  readonly imageFile: string
  readonly maskFile: string
}

/** One prompt per value of each mask of the same stem; an image or a mask that cannot be used is reported. */
export async function* promptsOfMasks(
  options: Pick<PredictOptions, 'prompt' | 'axis' | 'images'> & { fromMasks: string },
  files: FileCache,
): AsyncGenerator<JobEvent, { prompts: PromptsByImage; refused: number }> {
  const { pairs, skipped } = await pairFiles({
    images: options.images,
    masks: options.fromMasks,
    split: null,
  })
  if (pairs.length === 0 && skipped.length === 0) {
    throw new AppError('NO_USABLE_SLICES', { file: options.images })
  }
  for (const item of skipped) yield { event: 'skipped', ...item }
  let refused = skipped.length
  const prompts = new Map<string, readonly ObjectPrompt[]>()
  for (const pair of pairs) {
    const outcome = await outcomeOf(() => promptsOfPair(pair, options, files))
    const reports = 'value' in outcome ? outcome.value.skipped : [outcome.skipped]
    for (const item of reports) yield { event: 'skipped', ...item }
    refused += reports.length
    if ('value' in outcome && outcome.value.found.length > 0) prompts.set(pair.imageFile, outcome.value.found)
  }
  return { prompts, refused }
}

interface FoundPrompts {
  readonly found: readonly ObjectPrompt[]
  /** Planes whose labels cannot be used */
  readonly skipped: readonly SkippedFile[]
}

async function promptsOfPair(
  pair: Pair,
  options: Pick<PredictOptions, 'prompt' | 'axis'>,
  files: FileCache,
): Promise<FoundPrompts> {
  const { kind, pixels } = await files.read(pair.imageFile, 'image')
  if (kind === 'volume') return promptsOfVolume({ ...pair, shape: pixels.shape }, options, files)
  const name = stemOf(pair.imageFile)
  const place = { sliceIndex: null, axis: null, spacingMm: null, split: null }
  const slice = await loadSlice({ ...pair, ...place, id: name, name, group: name }, files)
  return { found: promptsOfLabels(slice, { slice: null, kind: options.prompt }), skipped: [] }
}

/** Planes without a label are the rule in a volume; only one without any is refused. */
async function promptsOfVolume(
  { shape, maskFile }: Pair & { readonly shape: readonly number[] },
  options: Pick<PredictOptions, 'prompt' | 'axis'>,
  files: FileCache,
): Promise<FoundPrompts> {
  refuseOtherSize(await files.read(maskFile, 'labels'), shape, maskFile)
  const axis: SliceAxis = axisOf(options.axis)
  const found: ObjectPrompt[] = []
  const skipped: SkippedFile[] = []
  const isNew = firstReports()
  for (let slice = 0; slice < planeCount(shape, axis); slice++) {
    const place = { maskFile, sliceIndex: slice, axis, spacingMm: null }
    const outcome = await outcomeOf(() => loadLabels(place, files))
    if ('value' in outcome) found.push(...promptsOfLabels(outcome.value, { slice, kind: options.prompt }))
    else if (isNew(outcome.skipped)) skipped.push(outcome.skipped)
  }
  if (found.length === 0 && skipped.length === 0) {
    throw new AppError('UNUSABLE_SLICE', { file: maskFile, reason: 'it holds no label, only background' })
  }
  return { found, skipped }
}

function promptsOfLabels(
  { labels, labelValues }: Pick<LoadedSlice, 'labels' | 'labelValues'>,
  { slice, kind }: { slice: number | null; kind: 'box' | 'point' },
): ObjectPrompt[] {
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
