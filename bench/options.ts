import { parseArgs } from 'node:util'

export interface BenchOptions {
  /** `engine`: networks, beside PyTorch; `app`: what a person feels in a browser */
  readonly suite: 'engine' | 'app'
  /** Names of rows; none: all */
  readonly rows: readonly string[]
  readonly repetitions: number
  readonly json: boolean
  readonly torch: boolean
  /** Print the table of these reports instead of measuring; none: measure */
  readonly reports: readonly string[]
  readonly action: 'measure' | 'markdown' | 'list' | 'help'
}

export const help = `Usage: npm run bench -- [options]

Measures this program and PyTorch side by side, each in fresh processes with 2 threads.

  --suite NAME    engine (default), or app: the built app in Chromium, against its limits
  --row NAME      measure this row only (can be given several times)
  --list          print the names of the rows
  --reps N        fresh processes of each engine (default 3)
  --no-torch      measure this program only
  --json          print JSON lines: a "row" for each, the "report" last
  --markdown      print the table of a finished report instead of measuring
  --report FILE   the report to print (default out/bench/report.json); several are joined, later rows count

PyTorch comes from SLICETUNE_PYTHON=/path/to/python, else from .tools/bench-venv, which is made when it is missing.
`

/** @throws TypeError for an option that there is not, RangeError for a number that is none */
export function parseBenchOptions(argv: readonly string[], defaultReport: string): BenchOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      suite: { type: 'string', default: 'engine' },
      row: { type: 'string', multiple: true, default: [] },
      reps: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
      markdown: { type: 'boolean', default: false },
      report: { type: 'string', multiple: true, default: [] },
      'no-torch': { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  })
  const repetitions = Number(values.reps)
  if (!Number.isInteger(repetitions) || repetitions < 1)
    throw new RangeError(`--reps is a number of 1 or more, not ${values.reps}`)
  if (values.suite !== 'engine' && values.suite !== 'app')
    throw new RangeError(`--suite is engine or app, not ${values.suite}`)
  const { help, list, markdown } = values
  return {
    suite: values.suite,
    rows: values.row,
    repetitions,
    json: values.json,
    torch: !values['no-torch'],
    reports: values.report.length > 0 ? values.report : [defaultReport],
    action: help ? 'help' : list ? 'list' : markdown ? 'markdown' : 'measure',
  }
}
