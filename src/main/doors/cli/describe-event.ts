import type {
  CaseEvent,
  FoundEvent,
  DemoReport,
  EvaluationReport,
  JobEvent,
  Scores,
} from '../../../shared/domain/events'
import { countOf } from '../../../shared/text/count-of'
import * as z from 'zod'
import { describeFile } from './describe-file'
import { formatScore, formatTable } from './table'

type Kind = JobEvent['event']
type Describers = {
  readonly [K in Kind]: (event: Extract<JobEvent, { event: K }>, before: readonly JobEvent[]) => string[]
}

const marks = { ok: '✓', warning: '!', failed: '✗' } as const

/** Of what the demo judges; another model stands there by its ID. */
const judgedNames: Readonly<Record<string, string>> = { base: 'Base model', tuned: 'Tuned model' }

const describers: Describers = {
  notice: ({ message }) => [message],
  skipped: ({ message }) => [`Left out: ${message}`],
  labels: ({ message }) => [message],
  written: ({ file }) => [file],
  check: ({ status, name, message }) => [`${marks[status]} ${name}: ${message}`],
  // Progress goes to the bar; cases wait for the table of the report.
  progress: () => [],
  step: () => [],
  // For doors that show slices.
  split: () => [],
  sample: () => [],
  case: () => [],
  file: describeFile,
  found: event => [describeFound(event)],
  epoch: event => [
    `Epoch ${event.epoch}: train loss ${event.trainLoss.toFixed(4)}, validation loss ${formatScore(event.valLoss, 4)}, ` +
      `validation Dice ${formatScore(event.valDice)}, learning rate ${event.learningRate.toExponential(1)}, ${event.seconds.toFixed(1)} s`,
  ],
  done: ({ reason, best, checkpoint }) => [
    `${reason} Best epoch: ${best.epoch} (validation Dice ${formatScore(best.valDice)}).`,
    `Checkpoint: ${checkpoint}`,
  ],
  evaluation: ({ model, prompt, dice, iou, cases }) => [
    `${judgedNames[model] ?? model}, ${prompt === 'box' ? 'loose box' : 'one point'}: ` +
      `Dice ${formatScore(dice)}, IoU ${formatScore(iou)} on ${countOf(cases, 'case')}`,
  ],
  report: (report, before) => describeReport(report, before),
}

/**
 * The lines that an event prints for a person.
 *
 * @param before - the events so far: a report shows the rows that came before it as one table
 */
export function describeEvent(event: JobEvent, before: readonly JobEvent[]): string[] {
  // The record maps each kind to its own event, which TypeScript cannot follow through the index.
  const describe = describers[event.event] as (event: JobEvent, before: readonly JobEvent[]) => string[]
  return describe(event, before)
}

function describeFound({ file, slice, objects, classes }: FoundEvent): string {
  const where = slice === null ? file : `${file}, slice ${slice}`
  if (objects.length === 0) {
    return `${where}: ${classes.every(({ probablyEmpty }) => probablyEmpty) ? 'probably empty' : 'nothing found'}`
  }
  const sure = objects.map(({ predictedIou }) => predictedIou.toFixed(2)).join(', ')
  return `${where}: ${countOf(objects.length, 'object')} (predicted IoU ${sure})`
}

type Report = Extract<JobEvent, { event: 'report' }>

function describeReport(report: Report, before: readonly JobEvent[]): string[] {
  switch (report.command) {
    case 'evaluate':
      return describeEvaluation(
        report,
        before.filter(event => event.event === 'case'),
      )
    case 'demo':
      return describeDemo(report)
    case 'models':
      return describeModels(report)
    default:
      return typeof report['message'] === 'string' ? [report['message']] : []
  }
}

function describeEvaluation(report: EvaluationReport, cases: readonly CaseEvent[]): string[] {
  const clicks = report.prompt.endsWith('clicks')
  const title = ['case', 'values', 'Dice', 'IoU', `HD95 ${report.unit}`, `ASSD ${report.unit}`]
  const header = [...title, ...(clicks ? ['clicks to 0.9'] : []), ...(report.ellipse ? ['ellipse Dice'] : [])]
  const row = (
    name: string,
    values: number,
    of: Scores & { clicksTo90: number | null },
    ellipse: Scores | null,
  ): string[] => [
    name,
    String(values),
    ...[of.dice, of.iou].map(value => formatScore(value)),
    ...[of.hd95, of.assd].map(value => formatScore(value, 2)),
    ...(clicks ? [formatScore(of.clicksTo90, 1)] : []),
    ...(report.ellipse ? [formatScore(ellipse?.dice ?? null)] : []),
  ]
  const rows = cases.map(one => row(nameOf(one, report.data), one.values, one, one.ellipse))
  const total = cases.reduce((sum, one) => sum + one.values, 0)
  return [
    ...formatTable(header, [...rows, row(`mean of ${report.cases}`, total, report, report.ellipse)]),
    'One prompt per label value, not per connected part, so figures counted per structure differ from these.',
    ...(clicks ? [clicksNote(report, total)] : []),
    ...(report.interrupted ? ['Stopped before the end: these are the cases so far.'] : []),
  ]
}

function clicksNote({ unreached }: EvaluationReport, objects: number): string {
  const limit = `counts as 20 clicks (${unreached} of ${objects})`
  return `An object that never reaches Dice 0.9 ${limit}. Dice, IoU and distances are those after the last click.`
}

/** The file as it is called inside the data set, with its plane. */
function nameOf({ file, slice }: CaseEvent, data: string): string {
  const inside = file.startsWith(data) ? file.slice(data.length).replace(/^[\\/]/, '') : file
  return slice === null ? inside : `${inside} #${slice}`
}

const ModelRow = z.object({
  id: z.string(),
  title: z.string(),
  licence: z.string(),
  available: z.boolean(),
  downloadable: z.boolean(),
})
const ModelsReport = z.object({ models: z.array(ModelRow) })

function describeModels(report: object): string[] {
  const listed = ModelsReport.safeParse(report)
  // Import and download end with the file that they wrote, which is already said.
  if (!listed.success) return []
  const state = (row: z.infer<typeof ModelRow>): string =>
    row.available ? 'here' : row.downloadable ? `slicetune models download ${row.id}` : 'missing'
  return formatTable(
    ['ID', 'what', 'licence', 'weights'],
    listed.data.models.map(row => [row.id, row.title, row.licence, state(row)]),
  )
}

function describeDemo(report: DemoReport): string[] {
  const cell = (of: { dice: number | null; low: number | null; high: number | null }): string =>
    `${formatScore(of.dice)} [${formatScore(of.low)}, ${formatScore(of.high)}]`
  return [
    `Dice on ${countOf(report.cases, 'validation case')}, with the bootstrap 95 % interval over cases:`,
    ...formatTable(
      ['model', 'one point', 'loose box'],
      [
        ...report.models.map(({ model, tuned, point, box }) => [
          `${model}, ${tuned ? 'tuned here' : 'as it came'}`,
          point ? cell(point) : 'not offered',
          cell(box),
        ]),
        ['gained by tuning', cell(report.gain.point), cell(report.gain.box)],
        ['plain ellipse in the box, no network', '–', cell(report.ellipse.box)],
      ],
    ),
    `Checkpoint: ${report.checkpoint} (${report.seconds.toFixed(0)} s)`,
  ]
}
