import type { Measured, Measurement } from './measurement'
import { memoryReason } from './memory-need'
import type { Column, ReportRow } from './report'
import { columns, emptyRow, median } from './report'

/** One fresh process's measurement. */
export type Measure = (measurement: Measurement) => Promise<Measured>

/** How each column is measured, or why it cannot be. */
export type Engines = Readonly<Record<Column, Measure | { readonly reason: string }>>

export interface RowOptions {
  readonly repetitions: number
  /** MB; asked before each process */
  readonly freeMb: () => number | null
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** Engines that did the same work give the same number but for float rounding. */
const agreement = 1e-3

const alike = 'as in the same row without workers'
const withoutWorkers: ReportRow['reasons'] = { torchSdpa: alike, torchReference: alike }

/**
 * Measures a row with every engine, fresh processes interleaved, so that a slow minute of the machine hits all alike.
 * An engine that fails once is not asked again.
 */
export async function measureRow(
  name: string,
  measurement: Measurement,
  engines: Engines,
  options: RowOptions,
): Promise<ReportRow> {
  const wanted = columns.filter(column => isWanted(column, measurement))
  const results = new Map<Column, Measured[]>(wanted.map(column => [column, []]))
  const reasons: ReportRow['reasons'] = measurement.workers === undefined ? {} : { ...withoutWorkers }
  for (let repetition = 0; repetition < options.repetitions; repetition++) {
    for (const column of wanted) {
      if (reasons[column] !== undefined) continue
      const outcome = await measureOnce(column, measurement, engines[column], options)
      if (typeof outcome === 'string') {
        reasons[column] = outcome
        options.say(`${name}, ${column}: ${outcome}`)
      } else {
        results.get(column)?.push(outcome)
        options.say(`${name}, ${column}: ${median(outcome.seconds).toPrecision(3)} s`)
      }
    }
  }
  Object.assign(reasons, disagreements(results))
  return rowOf(name, results, reasons)
}

function isWanted(column: Column, { job, workers }: Measurement): boolean {
  if (column === 'ours') return true
  return workers === undefined && (column !== 'torchOnnx' || job === 'encoder')
}

/** @returns what was measured, or why nothing was */
async function measureOnce(
  column: Column,
  measurement: Measurement,
  engine: Engines[Column],
  { freeMb, signal }: RowOptions,
): Promise<Measured | string> {
  if (typeof engine !== 'function') return engine.reason
  const tooLarge = memoryReason(column, measurement, freeMb())
  if (tooLarge !== null) return tooLarge
  try {
    return await engine(measurement)
  } catch (error) {
    signal.throwIfAborted()
    return error instanceof Error ? error.message : String(error)
  }
}

/** A figure for other work than ours is no comparison. */
function disagreements(results: ReadonlyMap<Column, readonly Measured[]>): ReportRow['reasons'] {
  const own = results.get('ours')?.[0]?.check
  const reasons: ReportRow['reasons'] = {}
  if (own === undefined) return reasons
  for (const [column, measured] of results) {
    const other = measured.find(({ check }) => !(Math.abs(check - own) <= agreement * Math.abs(own)))
    if (other) reasons[column] = `computed ${other.check}, not ${own} as ours`
  }
  return reasons
}

function rowOf(
  name: string,
  results: ReadonlyMap<Column, readonly Measured[]>,
  reasons: ReportRow['reasons'],
): ReportRow {
  const row: ReportRow = { ...emptyRow(name), reasons }
  for (const [column, measured] of results) {
    const sound = reasons[column] === undefined && measured.length > 0
    const figures = measured.map(({ seconds }) => median(seconds))
    row[column] = sound ? median(figures) : null
    if (sound) row.spread[column] = [Math.min(...figures), Math.max(...figures)]
    const peaks = measured.flatMap(({ peakMb }) => peakMb ?? [])
    row[`${column}Mb`] = sound && peaks.length > 0 ? median(peaks) : null
  }
  return row
}
