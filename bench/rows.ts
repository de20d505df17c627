import type { Measurement } from './measurement'

/** What stands in a row: a measurement, or a comparison of two other rows' figures. */
export type RowPlan =
  | { readonly kind: 'measured'; readonly name: string; readonly measurement: Measurement }
  | {
      readonly kind: 'compared'
      readonly name: string
      /** Seconds of this row, for so many samples ... */
      readonly quick: { readonly row: string; readonly samples: number }
      /** ... are set against those of this one */
      readonly full: { readonly row: string; readonly samples: number }
    }

const threads = 2
/** Of a quick epoch */
const samples = 16

type Job = Pick<Measurement, 'job' | 'batch' | 'samples' | 'workers'>

const jobs = {
  encoder: { job: 'encoder', batch: 1, samples: 1 },
  decoder: { job: 'decoder', batch: 1, samples: 1 },
  'step-b1': { job: 'step', batch: 1, samples: 1 },
  'step-b4': { job: 'step', batch: 4, samples: 4 },
  'workers-b4': { job: 'step', batch: 4, samples: 4, workers: 2 },
  'quick-epoch': { job: 'quick-epoch', batch: 4, samples },
} as const satisfies Record<string, Job>
type JobName = keyof typeof jobs

/** Fewer where one takes seconds: the median over fresh processes then does the rest. */
function runsOf(job: JobName, resolution: number): number {
  if (job === 'decoder') return 10
  const large = resolution >= 1024
  if (job === 'encoder') return large ? 2 : 5
  if (job === 'step-b1') return large ? 1 : 3
  return large ? 1 : 2
}

function planOf(model: Measurement['model'], resolution: number, job: JobName): RowPlan {
  const measurement = {
    ...jobs[job],
    model,
    resolution,
    maskSide: Math.max(256, resolution / 4), // as the program trains, and the original script
    threads,
    runs: runsOf(job, resolution),
  }
  return { kind: 'measured', name: `${model}-${resolution}-${job}`, measurement }
}

const jobNames = Object.keys(jobs) as JobName[] // its own keys, which TypeScript calls strings

const compared: RowPlan = {
  kind: 'compared',
  name: 'ti-1024-quick-vs-full',
  quick: { row: 'ti-1024-quick-epoch', samples },
  full: { row: 'ti-1024-step-b4', samples: 4 },
}

/** Every row of the bench, in the order of the table. */
export const allRows: readonly RowPlan[] = [
  ...(['ti', 's'] as const).flatMap(model =>
    [512, 1024].flatMap(resolution => jobNames.map(job => planOf(model, resolution, job))),
  ),
  compared,
]

const tinyRow = /^(nano|pico)-(\d{2,4})-(.+)$/

/** A row of the table, or one of a tiny network, which is for trying the bench itself. */
function rowOf(name: string): RowPlan | null {
  const known = allRows.find(row => row.name === name)
  if (known) return known
  const [, model, side, job] = tinyRow.exec(name) ?? []
  const jobName = jobNames.find(candidate => candidate === job)
  const resolution = Number(side)
  if (!jobName || resolution % 16 !== 0) return null
  return planOf(model === 'nano' ? 'nano' : 'pico', resolution, jobName)
}

/**
 * The wanted rows in the order of the table, and those that a comparison among them needs.
 *
 * @param names - none: all
 * @throws RangeError for a name that is no row's
 */
export function selectRows(names: readonly string[]): RowPlan[] {
  if (names.length === 0) return [...allRows]
  const wanted = names.map(name => {
    const row = rowOf(name)
    if (!row) throw new RangeError(`There is no row ${name}. Rows: ${allRows.map(r => r.name).join(', ')}`)
    return row
  })
  const needed = wanted.flatMap(row => (row.kind === 'compared' ? [row.quick.row, row.full.row] : []))
  const chosen = new Set([...wanted.map(row => row.name), ...needed])
  const tiny = wanted.filter(row => !allRows.includes(row))
  return [
    ...allRows.filter(row => chosen.has(row.name)),
    ...tiny.filter((row, i) => tiny.findIndex(r => r.name === row.name) === i),
  ]
}
