import { dirname, join } from 'node:path'
import type { DemoOptions } from '../../shared/commands/system'
import { TrainOptions } from '../../shared/commands/training'
import { bundledModel, EvaluateOptions } from '../../shared/domain/evaluation'
import type { CaseEvent, DemoReport, DoneEvent, JobEvent } from '../../shared/domain/events'
import { PredictOptions } from '../../shared/domain/prediction'
import { AppError, invariant } from '../../shared/errors'
import type { Dataset, SliceRecord } from '../datasets'
import { discoverDataset } from '../datasets'
import type { OverlayRow } from '../figures'
import { overlaySheet } from '../figures'
import { writeAtomically } from '../files/write-atomically'
import { findAppRoot } from '../files/app-root'
import type { JobContext, JobFunction } from '../workers/contract'
import type { AnsweredSlice } from './answer-slice'
import { answerSlice } from './answer-slice'
import type { FullyJudgedModel, JudgedModel, Judgement } from './demo-compare'
import { compareModels, figuresOf } from './demo-compare'
import { evaluateSlices } from './evaluate'
import { openSegmenter } from './open-segmenter'
import { predict } from './predict'
import type * as z from 'zod'

type Done = z.infer<typeof DoneEvent>

/** The other family, which stands beside the tuned one as it came. */
const otherModel = 'medsam-lite'

/**
 * The whole journey on the bundled ultrasound sample: base, fine-tuning, tuned model, predictions, comparison.
 * Options of the training are those of the preset and fixed before a validation case is read.
 */
export function createDemo(train: JobFunction<'train'>): JobFunction<'demo'> {
  return async function* (options, context) {
    const start = performance.now()
    const sample = await openSample()
    yield { event: 'notice', message: `Judging ${bundledModel} on ${sample.slices.length} validation heads…` }
    const base = yield* judgeFully('base', bundledModel, { sample, context })
    yield { event: 'notice', message: `Judging ${otherModel} on the same heads, as it came…` }
    const other = yield* judgeModel(otherModel, otherModel, { sample, context })
    const { checkpoint } = yield* tune(train(trainOptions(options, sample), context), context)
    yield { event: 'notice', message: 'Judging the tuned model on the same heads…' }
    const tuned = yield* judgeFully('tuned', checkpoint, { sample, context })
    const folder = dirname(checkpoint)
    yield* writePredictions(checkpoint, { sample, context })
    yield { event: 'written', file: await drawOverlays({ folder, checkpoint }, { sample, context }) }
    const report: DemoReport = {
      event: 'report',
      command: 'demo',
      models: [
        figuresOf(other, { model: otherModel, tuned: false }),
        figuresOf(base, { model: bundledModel, tuned: false }),
        figuresOf(tuned, { model: bundledModel, tuned: true }),
      ],
      ...compareModels(base, tuned),
      cases: tuned.point.report.cases,
      checkpoint,
      seconds: (performance.now() - start) / 1000,
    }
    const summary = join(folder, 'report.json')
    const perCase = { base: casesOf(base), tuned: casesOf(tuned), [otherModel]: casesOf(other) }
    await writeAtomically(summary, `${JSON.stringify({ ...report, perCase }, null, 2)}\n`)
    yield { event: 'written', file: summary }
    yield report
  }
}

interface Sample {
  readonly folder: string
  readonly dataset: Pick<Dataset, 'skipped' | 'notes'>
  /** Validation only: never trained on */
  readonly slices: readonly SliceRecord[]
}

interface Stage {
  readonly sample: Sample
  readonly context: JobContext
}

async function openSample(): Promise<Sample> {
  const folder = join(findAppRoot().folder, 'resources', 'sample', 'fetal-head-us')
  const dataset = await discoverDataset(folder)
  // What there is to say about the sample we know already; a faulty file in it is still reported.
  return {
    folder,
    dataset: { skipped: dataset.skipped, notes: [] },
    slices: dataset.slices.filter(slice => slice.split === 'val'),
  }
}

function trainOptions({ out, threads }: DemoOptions, { folder }: Sample): TrainOptions {
  return TrainOptions.parse({ data: folder, model: bundledModel, out, task: 'fetal-head', threads })
}

/** @param model - of a kind that offers points */
async function* judgeFully(
  name: string,
  model: string,
  stage: Stage,
): AsyncGenerator<JobEvent, FullyJudgedModel> {
  const { point, box } = yield* judgeModel(name, model, stage)
  invariant(point, `${model} offers points`)
  return { point, box }
}

/** With a box, and with a point where the model offers that. */
async function* judgeModel(
  name: string,
  model: string,
  { sample, context }: Stage,
): AsyncGenerator<JobEvent, JudgedModel> {
  const { segmenter } = yield* openSegmenter(context, model)
  const judge = (prompt: 'point' | 'box') => {
    const options = EvaluateOptions.parse({ data: sample.folder, model, prompt })
    return evaluateSlices({ ...options, split: 'val' }, { ...sample, stop: context.stop, segmenter })
  }
  try {
    const point = segmenter.offersClicks ? yield* condense(judge('point'), name, context) : null
    const box = yield* condense(judge('box'), name, context)
    return { point, box }
  } finally {
    await segmenter.dispose()
  }
}

/** Rows and report of an inner evaluation become one line; the demo has a report of its own. */
async function* condense(
  evaluation: ReturnType<typeof evaluateSlices>,
  name: string,
  { stop }: JobContext,
): AsyncGenerator<JobEvent, Judgement> {
  const cases: CaseEvent[] = []
  for (;;) {
    const next = await evaluation.next()
    if (stop.requested) throw new AppError('ABORTED', {})
    if (next.done === true) {
      const { dice, iou, prompt, cases: count } = next.value
      yield { event: 'evaluation', model: name, prompt, dice, iou, cases: count }
      return { report: next.value, cases }
    }
    if (next.value.event === 'case') cases.push(next.value)
    else if (next.value.event !== 'report') yield next.value
  }
}

/** @returns the training's last word; stopping it stops the demo, with the checkpoint kept */
async function* tune(events: AsyncGenerator<JobEvent>, { stop }: JobContext): AsyncGenerator<JobEvent, Done> {
  let done: Done | null = null
  for await (const event of events) {
    if (event.event === 'done') done = event
    // A training may close with a report of its own, but the demo's is the only one here.
    if (event.event !== 'report') yield event
  }
  if (stop.requested) throw new AppError('ABORTED', {})
  invariant(done !== null, 'a training ends with the event done')
  return done
}

async function* writePredictions(checkpoint: string, { sample, context }: Stage): AsyncGenerator<JobEvent> {
  const options = PredictOptions.parse({
    images: join(sample.folder, 'val', 'images'),
    fromMasks: join(sample.folder, 'val', 'masks'),
    prompt: 'point',
    model: checkpoint,
    out: join(dirname(checkpoint), 'predictions'),
  })
  for await (const event of predict(options, context)) {
    if (event.event !== 'report' && event.event !== 'written') yield event
  }
  yield { event: 'written', file: options.out }
}

/** `before-after.png`: what one point gives before and after, on every validation head. */
async function drawOverlays(
  { folder, checkpoint }: { folder: string; checkpoint: string },
  { sample, context }: Stage,
): Promise<string> {
  const before = await answers(bundledModel, { sample, context })
  const after = await answers(checkpoint, { sample, context })
  const rows: OverlayRow[] = []
  for (const [index, record] of sample.slices.entries()) {
    const [was, is] = [before[index], after[index]]
    if (was === undefined || is === undefined) continue
    const { name } = record
    rows.push({
      name,
      image: is.image,
      truth: is.truth,
      prompt: is.prompt,
      before: was.answer,
      after: is.answer,
    })
  }
  const file = join(folder, 'before-after.png')
  await writeAtomically(
    file,
    overlaySheet({ title: 'One point on held-out heads', rows, columns: ['Base', 'Tuned'] }),
  )
  return file
}

async function answers(model: string, { sample, context }: Stage): Promise<AnsweredSlice[]> {
  const { segmenter } = await context.engines.openSegmenter(model)
  try {
    const found: AnsweredSlice[] = []
    for (const record of sample.slices) {
      if (context.stop.requested) throw new AppError('ABORTED', {})
      found.push(await answerSlice(record, segmenter, { kind: 'point' }))
    }
    return found
  } finally {
    await segmenter.dispose()
  }
}

function casesOf({ point, box }: JudgedModel) {
  const rows = ({ cases }: Judgement) =>
    cases.map(({ file, dice, iou, ellipse }) => ({ file, dice, iou, ellipse: ellipse?.dice ?? null }))
  return { point: point && rows(point), box: rows(box) }
}
