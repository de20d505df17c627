import * as z from 'zod'

export const columns = ['ours', 'torchSdpa', 'torchReference', 'torchOnnx'] as const
export type Column = (typeof columns)[number]

const figure = z.number().nullable()

/** One row of the report: seconds and MB, null where `reasons` says why. */
export const ReportRow = z.object({
  name: z.string(),
  ours: figure,
  torchSdpa: figure,
  torchReference: figure,
  /** The encoder as torch exports it, under the ONNX Runtime that we run on too; of encoder rows only */
  torchOnnx: figure.optional(),
  /** Peak resident size of a fresh process */
  oursMb: figure,
  torchSdpaMb: figure,
  torchReferenceMb: figure,
  torchOnnxMb: figure.optional(),
  /** Smallest and largest figure of the processes whose median the row has */
  spread: z.partialRecord(z.enum(columns), z.tuple([z.number(), z.number()])),
  reasons: z.partialRecord(z.enum(columns), z.string()),
  /** Of a comparison: how many times less a sample costs than in a full step */
  timesLess: z.partialRecord(z.enum(columns), z.number()).optional(),
})
export type ReportRow = z.infer<typeof ReportRow>

export const Report = z.object({
  event: z.literal('report'),
  environment: z.record(z.string(), z.string()),
  rows: z.array(ReportRow),
})
export type Report = z.infer<typeof Report>

export function emptyRow(name: string): ReportRow {
  const unknown = { ours: null, torchSdpa: null, torchReference: null }
  const unknownMb = { oursMb: null, torchSdpaMb: null, torchReferenceMb: null }
  return { name, ...unknown, ...unknownMb, spread: {}, reasons: {} }
}

/** Of an even number: the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const low = sorted[Math.ceil(middle) - 1] ?? NaN
  const high = sorted[Math.floor(middle)] ?? NaN
  return (low + high) / 2
}

/**
 * The last report in what a run printed, or in a file that holds nothing but a report.
 *
 * @throws SyntaxError where there is none
 */
export function readReport(text: string): Report {
  const line = text.trimEnd().split('\n').at(-1) ?? ''
  const parsed = Report.safeParse(JSON.parse(line))
  if (!parsed.success) throw new SyntaxError('its last line is no report of this bench')
  return parsed.data
}

/** Rows measured one after another as one report: of a row that stands in several, the last one counts. */
export function joinReports(reports: readonly Report[]): Report {
  const rows = new Map(reports.flatMap(report => report.rows).map(row => [row.name, row]))
  return {
    event: 'report',
    environment: Object.assign({}, ...reports.map(report => report.environment)) as Report['environment'],
    rows: [...rows.values()],
  }
}
