import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { compareRows } from './compare-rows'
import { createEngines } from './engines'
import { markdownOf } from './markdown'
import { measureRow } from './measure-row'
import { freeMb } from './memory-need'
import type { BenchOptions } from './options'
import { help, parseBenchOptions } from './options'
import type { Python } from './python'
import { findPython } from './python'
import type { Report, ReportRow } from './report'
import { joinReports, readReport } from './report'
import type { RowPlan } from './rows'
import { allRows, selectRows } from './rows'

const say = (line: string): void => void process.stderr.write(`${line}\n`)
const print = (text: string): void => void process.stdout.write(`${text}\n`)

/**
 * @param root - the checkout
 * @returns exit code
 */
export async function bench(argv: readonly string[], root: string): Promise<number> {
  const out = join(root, 'out', 'bench')
  const reportFile = join(out, 'report.json')
  let options: BenchOptions
  let rows: RowPlan[]
  try {
    options = parseBenchOptions(argv, reportFile)
    rows = options.suite === 'app' ? [] : selectRows(options.rows)
  } catch (error) {
    say(error instanceof Error ? error.message : String(error))
    return 2
  }
  switch (options.action) {
    case 'help':
      print(help.trimEnd())
      return 0
    case 'list':
      print(allRows.map(row => row.name).join('\n'))
      return 0
    case 'markdown':
      return printMarkdown(options.reports)
    case 'measure':
      if (options.suite === 'app') {
        const { measureApp } = await import('./app/app-suite')
        return measureApp(root, { json: options.json, wanted: options.rows })
      }
      return measure(rows, options, { root, out, reportFile })
  }
}

function printMarkdown(files: readonly string[]): number {
  const reports: Report[] = []
  for (const file of files) {
    try {
      reports.push(readReport(readFileSync(file, 'utf8')))
    } catch (error) {
      say(`${file} cannot be read as a report: ${error instanceof Error ? error.message : String(error)}`)
      return 3
    }
  }
  print(markdownOf(joinReports(reports)))
  return 0
}

interface Places {
  readonly root: string
  readonly out: string
  readonly reportFile: string
}

async function measure(plans: readonly RowPlan[], options: BenchOptions, places: Places): Promise<number> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort(new Error('interrupted'))
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt)
  const rows: ReportRow[] = []
  let environment: Report['environment'] = {}
  const finish = (): void => {
    const report: Report = { event: 'report', environment, rows }
    const line = JSON.stringify(report)
    if (rows.length > 0) {
      mkdirSync(places.out, { recursive: true })
      writeFileSync(places.reportFile, `${line}\n`)
    }
    print(options.json ? line : markdownOf(report))
  }
  try {
    const python = options.torch
      ? await findPython({ root: places.root, say, signal: stop.signal })
      : { reason: 'left out by --no-torch' }
    if ('reason' in python) say(`Without PyTorch: ${python.reason}`)
    environment = environmentOf(places.root, python)
    const engines = createEngines(python, { ...places, signal: stop.signal })
    for (const plan of plans) {
      const row =
        plan.kind === 'compared'
          ? compareRows(plan, rows)
          : await measureRow(plan.name, plan.measurement, engines, {
              ...{ repetitions: options.repetitions, signal: stop.signal },
              ...{ freeMb, say },
            })
      rows.push(row)
      if (options.json) print(JSON.stringify({ event: 'row', ...row }))
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error
    finish() // what is measured stays measured
    return 130
  }
  finish()
  return 0
}

/** What figures depend on, to be printed beside them. */
function environmentOf(root: string, python: Python | { readonly reason: string }): Report['environment'] {
  const runtime = join(root, 'node_modules', 'onnxruntime-node', 'package.json')
  const { version } = JSON.parse(readFileSync(runtime, 'utf8')) as { version: string } // a package of our lock file
  return {
    date: new Date().toISOString().slice(0, 10),
    processor: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} cores`,
    threads: '2',
    Node: process.versions.node,
    'ONNX Runtime': version,
    PyTorch: 'reason' in python ? 'none' : python.torchVersion,
  }
}
