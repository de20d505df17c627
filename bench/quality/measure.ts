import { join } from 'node:path'
import type * as z from 'zod'
import { CaseEvent, DoneEvent, EvaluationReport } from '../../src/shared/domain/events'
import type { ModelId, Question, SetName } from './plan'
import { epochs } from './plan'
import type { Result } from './results'
import { slicetune } from './slicetune'

export interface Place {
  /** The checkout */
  readonly root: string
  /** Folder with one folder a set */
  readonly sets: string
  /** Where runs are written */
  readonly runs: string
}

const epochFlags = (set: SetName): string[] => {
  const count = epochs[set]
  return count === null ? [] : ['--epochs', String(count)]
}

/** @param model - an ID, or the checkpoint of a tuned model */
export async function evaluate({ root, sets }: Place, question: Question, model: string): Promise<Result> {
  const { set, prompt } = question
  const cases: CaseEvent[] = []
  const reports: EvaluationReport[] = []
  const args = ['evaluate', '--data', join(sets, set), '--split', 'val', '--model', model, '--prompt', prompt]
  await slicetune(root, args, line => {
    if (line.event === 'case') cases.push(CaseEvent.parse(line))
    if (line.event === 'report') reports.push(EvaluationReport.parse(line))
  })
  const [report] = reports
  if (!report) throw new Error(`evaluate gave no report for ${set}`)
  return {
    dice: report.dice,
    cases: cases.map(one => one.dice),
    clicks: report.clicksTo90,
    objects: cases.reduce((sum, one) => sum + one.values, 0),
    unreached: report.unreached,
  }
}

export interface Tuned {
  readonly checkpoint: string
  readonly seconds: number
}

/** Tunes by `quick`, all but the number of epochs at its default. */
export async function tune({ root, sets, runs }: Place, set: SetName, model: ModelId): Promise<Tuned> {
  const start = performance.now()
  const done: z.infer<typeof DoneEvent>[] = []
  const args = [
    'train',
    '--data',
    join(sets, set),
    '--model',
    model,
    '--out',
    runs,
    '--task',
    `${set}-${model}`,
  ]
  await slicetune(root, [...args, ...epochFlags(set)], line => {
    if (line.event === 'done') done.push(DoneEvent.parse(line))
  })
  const [last] = done
  if (!last) throw new Error(`train gave no checkpoint for ${set}`)
  return { checkpoint: last.checkpoint, seconds: (performance.now() - start) / 1000 }
}
