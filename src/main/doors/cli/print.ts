import type { JobEvent } from '../../../shared/domain/events'
import type { Failure } from './exit-codes'
import { describeEvent } from './describe-event'
import type { ProgressView } from './progress'
import { createProgressBar, createProgressLines } from './progress'

/** Where the command line writes. Given as an argument, so that tests can read it. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream
  readonly stderr: NodeJS.WriteStream
}

export interface Printer {
  readonly event: (event: JobEvent) => void
  readonly failure: (failure: Failure) => void
  /** Anything for the user that is not a result, such as "Stopping…" */
  readonly aside: (text: string) => void
}

/** `--json`: stdout carries JSON lines only, everything else goes to stderr; an error is the last line. */
export function createJsonPrinter(streams: Streams): Printer {
  const base = createAsides(streams)
  // `inspect` gives one object a file and nothing else: each that was refused has said so already.
  let isTold = false
  return {
    aside: base.aside,
    event: event => {
      if (base.isAside(event)) return base.showAside(event)
      base.progress.clear()
      streams.stdout.write(`${JSON.stringify(event)}\n`)
      isTold = event.event === 'file'
    },
    failure: failure => {
      base.failure(failure)
      if (isTold && failure.code === 'ITEMS_REFUSED') return
      const file = failure.file === null ? {} : { file: failure.file }
      streams.stdout.write(
        `${JSON.stringify({ event: 'error', code: failure.code, message: failure.message, ...file })}\n`,
      )
    },
  }
}

/** For people: lines and tables on stdout; bars, notices and errors on stderr. */
export function createTextPrinter(streams: Streams): Printer {
  const base = createAsides(streams)
  const rows: JobEvent[] = []
  return {
    aside: base.aside,
    failure: base.failure,
    event: event => {
      if (base.isAside(event)) return base.showAside(event)
      const lines = describeEvent(event, rows)
      if (lines.length > 0) base.progress.clear()
      for (const line of lines) streams.stdout.write(`${line}\n`)
      rows.push(event)
    },
  }
}

type Aside = Extract<JobEvent, { event: 'progress' | 'step' | 'notice' }>

interface Asides {
  readonly progress: ProgressView
  readonly isAside: (event: JobEvent) => event is Aside
  readonly showAside: (event: Aside) => void
  readonly aside: (text: string) => void
  readonly failure: (failure: Failure) => void
}

function createAsides({ stderr }: Streams): Asides {
  const progress = stderr.isTTY
    ? createProgressBar(stderr)
    : createProgressLines(line => void stderr.write(`${line}\n`))
  const aside = (text: string): void => {
    progress.clear()
    stderr.write(`${text}\n`)
  }
  return {
    progress,
    aside,
    isAside: (event): event is Aside =>
      event.event === 'progress' || event.event === 'step' || event.event === 'notice',
    showAside: event => (event.event === 'notice' ? aside(event.message) : progress.show(event)),
    failure: ({ stack, message }) => aside(stack === null ? message : `${stack}\n${message}`),
  }
}
