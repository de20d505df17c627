import type { Segmenter } from '../../core/models/segmenter'
import type { EvaluateOptions } from '../../shared/domain/evaluation'
import type { EvaluationReport, JobEvent } from '../../shared/domain/events'
import { AppError } from '../../shared/errors'
import type { Dataset, FileCache, SliceRecord } from '../datasets'
import { createFileCache, discoverDataset, loadSlice } from '../datasets'
import type { JobContext, JobFunction } from '../workers/contract'
import { judgeSlice } from './evaluate-slice'
import type { JudgedCase } from './evaluate-summary'
import { caseEvent, summariseCases } from './evaluate-summary'
import { axisOf, outcomeOf } from './items'
import { openSegmenter } from './open-segmenter'

/** Judges a model on slices whose masks are known: a row per image, then the report. */
export const evaluate: JobFunction<'evaluate'> = async function* (options, context) {
  const dataset = await discoverDataset(options.data, { axis: axisOf(options.axis) })
  const { split, slices } = chooseSplit(dataset, options)
  const segmenter = yield* openSegmenter(context, options.model)
  try {
    yield* evaluateSlices({ ...options, split }, { ...context, dataset, slices, segmenter })
  } finally {
    await segmenter.dispose()
  }
}

export interface EvaluationContext extends Pick<JobContext, 'stop'> {
  readonly dataset: Pick<Dataset, 'skipped' | 'notes'>
  readonly slices: readonly SliceRecord[]
  readonly segmenter: Segmenter
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
  const cases: JudgedCase[] = []
  const files = createFileCache()
  for (const [index, record] of slices.entries()) {
    if (stop.requested) break
    const outcome = await outcomeOf(() => judgeRecord(record, files, { options, context }))
    if ('skipped' in outcome) {
      skipped++
      yield outcome.skipped
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
    jitter: options.prompt === 'box' ? options.jitter : null,
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
  const objects = await judgeSlice(context.segmenter, slice, { ...options, stop: context.stop })
  return { file: record.imageFile, slice: record.sliceIndex, objects }
}

/** `val` where both parts exist, else everything; what was asked for where it exists. */
function chooseSplit(
  { slices, hasSplit }: Dataset,
  { split: asked, data }: EvaluateOptions,
): { split: string; slices: readonly SliceRecord[] } {
  const split = asked ?? (hasSplit ? 'val' : 'all')
  const chosen = split === 'all' ? slices : slices.filter(slice => slice.split === split)
  if (chosen.length === 0 && slices.length > 0) {
    throw new AppError('USAGE', {
      reason: `${data} has no slices in ${split}. Leave --split out, or pass --split all.`,
    })
  }
  return { split, slices: chosen }
}
