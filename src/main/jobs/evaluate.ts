import type { Finder } from '../../core/models/finder/finder'
import type { Segmenter } from '../../core/models/segmenter'
import type { EvaluateOptions } from '../../shared/domain/evaluation'
import type { TrainingSplit } from '../../shared/domain/training-split'
import type { EvaluationReport, JobEvent } from '../../shared/domain/events'
import { AppError } from '../../shared/errors'
import type { Dataset, FileCache, SliceRecord } from '../datasets'
import {
  axisOf,
  createFileCache,
  discoverDataset,
  firstReports,
  loadSlice,
  outcomeOf,
  sliceKey,
} from '../datasets'
import type { JobContext, JobFunction } from '../workers/contract'
import { judgeSlice } from './evaluate-slice'
import type { JudgedCase } from './evaluate-summary'
import { caseEvent, summariseCases } from './evaluate-summary'
import { openSegmenter } from './open-segmenter'

/** Judges a model on slices whose masks are known: a row per image, then the report. */
export const evaluate: JobFunction<'evaluate'> = async function* (options, context) {
  const dataset = await discoverDataset(options.data, { axis: axisOf(options.axis) })
  const opened = yield* openSegmenter(context, options.model)
  try {
    const { split, slices, note } = chooseSlices(dataset, options, opened.split)
    if (note !== null) yield { event: 'notice', message: note }
    const { segmenter, finder } = opened
    if (options.prompt === 'found' && !finder) throw new AppError('NO_FINDER', { model: options.model })
    yield* evaluateSlices({ ...options, split }, { ...context, dataset, slices, segmenter, finder })
  } finally {
    await opened.segmenter.dispose()
  }
}

export interface EvaluationContext extends Pick<JobContext, 'stop'> {
  readonly dataset: Pick<Dataset, 'skipped' | 'notes'>
  readonly slices: readonly SliceRecord[]
  readonly segmenter: Segmenter
  /** For the prompt `found` */
  readonly finder?: Finder | null
}

/**
 * Judges an open model on chosen slices; the demo uses it with the base and with the tuned one.
 *
 * @returns the report, which is also the last event
 * @throws AppError NO_USABLE_SLICES; ITEMS_REFUSED after the report with `strict`
 */
export async function* evaluateSlices(
  options: Omit<EvaluateOptions, 'split'> & { readonly split: string },
  context: EvaluationContext,
): AsyncGenerator<JobEvent, EvaluationReport> {
  const start = performance.now()
  const { dataset, slices, stop } = context
  for (const message of dataset.notes) yield { event: 'notice', message }
  for (const skipped of dataset.skipped) yield { event: 'skipped', ...skipped }
  let skipped = dataset.skipped.length
  const isNew = firstReports()
  const cases: JudgedCase[] = []
  const files = createFileCache()
  for (const [index, record] of slices.entries()) {
    if (stop.requested) break
    const outcome = await outcomeOf(() => judgeRecord(record, files, { options, context }))
    if ('skipped' in outcome) {
      if (isNew(outcome.skipped)) {
        skipped++
        yield { event: 'skipped', ...outcome.skipped }
      }
    } else {
      cases.push(outcome.value)
      yield caseEvent(outcome.value)
    }
    yield { event: 'progress', stage: 'Evaluating', done: index + 1, total: slices.length }
  }
  if (cases.length === 0 && !stop.requested) throw new AppError('NO_USABLE_SLICES', { file: options.data })
  const report: EvaluationReport = {
    event: 'report',
    command: 'evaluate',
    ...summariseCases(cases),
    prompt: options.prompt,
    jitter: options.prompt.startsWith('box') ? options.jitter : null,
    model: options.model,
    data: options.data,
    split: options.split,
    skipped,
    seconds: (performance.now() - start) / 1000,
    interrupted: stop.requested,
  }
  yield report
  if (options.strict && skipped > 0) {
    throw new AppError('ITEMS_REFUSED', { refused: skipped, total: skipped + cases.length })
  }
  return report
}

async function judgeRecord(
  record: SliceRecord,
  files: FileCache,
  { options, context }: { options: Omit<EvaluateOptions, 'split'>; context: EvaluationContext },
): Promise<JudgedCase> {
  const slice = { ...(await loadSlice(record, files)), key: record.id }
  const { segmenter, stop, finder = null } = context
  const objects = await judgeSlice(segmenter, slice, { ...options, stop, finder })
  return { file: record.imageFile, slice: record.sliceIndex, objects }
}

interface ChosenSlices {
  readonly split: 'train' | 'val' | 'all'
  readonly slices: readonly SliceRecord[]
  readonly note: string | null
}

/**
 * `val` where train/ and val/ exist, else everything; what was asked for where it exists. Without folders of their own
 * the parts are those that the model's checkpoint remembers, if it was tuned on this data.
 *
 * @throws AppError USAGE where the asked part is empty
 */
function chooseSlices(
  { slices, hasSplit }: Dataset,
  { split: asked, data }: EvaluateOptions,
  tunedOn: TrainingSplit | null,
): ChosenSlices {
  const split = asked ?? (hasSplit ? 'val' : 'all')
  const remembered = hasSplit ? null : tunedOn
  const trained = new Set(remembered?.train)
  const held = new Set(remembered?.val)
  const sideOf = ({ id, split: own }: SliceRecord): SliceRecord['split'] => {
    if (!remembered) return own
    return trained.has(sliceKey(id)) ? 'train' : held.has(sliceKey(id)) ? 'val' : null
  }
  const chosen = split === 'all' ? slices : slices.filter(slice => sideOf(slice) === split)
  if (chosen.length === 0 && slices.length > 0) {
    const reason = `${data} has no slices in ${split}. Leave --split out, or pass --split all.`
    throw new AppError('USAGE', { reason })
  }
  const seen = split === 'all' ? slices.filter(slice => sideOf(slice) === 'train' && remembered).length : 0
  const note = `${seen} of these ${slices.length} slices trained this model; --split val judges the held-out ones only.`
  return { split, slices: chosen, note: seen > 0 ? note : null }
}
