import { SingleBar } from 'cli-progress'
import type { ProgressEvent, StepEvent } from '../../../shared/domain/events'
import type * as z from 'zod'

type Progress = z.infer<typeof ProgressEvent>
type Step = z.infer<typeof StepEvent>

/** Shows how far a job is. It writes to stderr only, so that stdout stays clean for results. */
export interface ProgressView {
  show(event: Progress | Step): void
  /** Takes the bar off the screen, so that a line can be printed in its place */
  clear(): void
}

/** A bar with the time left, redrawn in place. */
export function createProgressBar(stream: NodeJS.WriteStream, now = () => performance.now()): ProgressView {
  let bar: SingleBar | null = null
  let stage = { name: '', startedAt: 0, from: 0 }
  const clear = (): void => {
    bar?.stop()
    bar = null
  }
  return {
    clear,
    show: event => {
      const { name, done, total, note } = describe(event)
      if (name !== stage.name) {
        clear()
        stage = { name, startedAt: now(), from: done }
      }
      // The time left is reckoned from the stage, not from the bar, which goes for every line printed in its place.
      const left = timeLeft({ ...stage, done, total }, now())
      if (bar === null) {
        bar = new SingleBar({
          stream,
          clearOnComplete: true,
          hideCursor: true,
          // Without it the library answers SIGINT itself and leaves the process: jobs must end in good order.
          gracefulExit: false,
          format: `${name} [{bar}] {value}/{total} · {left}{note}`,
        })
        bar.start(total, done, { left, note })
      } else {
        bar.setTotal(total)
        bar.update(done, { left, note })
      }
      if (done >= total) clear()
    },
  }
}

interface Pace {
  readonly startedAt: number
  readonly from: number
  readonly done: number
  readonly total: number
}

/** @param now - milliseconds, on the clock of `startedAt` */
export function timeLeft({ startedAt, from, done, total }: Pace, now: number): string {
  if (done <= from) return 'reckoning the time left'
  const seconds = Math.ceil((((now - startedAt) / (done - from)) * (total - done)) / 1000)
  if (seconds < 60) return `${seconds} s left`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${seconds % 60} s left`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min left`
}

/** For pipes and logs: one line for each tenth of a stage, so that a file does not fill with redrawn bars. */
export function createProgressLines(write: (line: string) => void): ProgressView {
  // By stage: two of them can take turns, such as the steps of an epoch and the encoding between them.
  const tenths = new Map<string, number>()
  return {
    clear: () => undefined,
    show: event => {
      const { name, done, total, note } = describe(event)
      const tenth = Math.floor((10 * done) / Math.max(total, 1))
      if (tenths.get(name) === tenth) return
      tenths.set(name, tenth)
      write(`${name}: ${tenth * 10} % (${done}/${total})${note}`)
    },
  }
}

function describe(event: Progress | Step): { name: string; done: number; total: number; note: string } {
  if (event.event === 'progress') return { name: event.stage, done: event.done, total: event.total, note: '' }
  return {
    name: `Epoch ${event.epoch}`,
    done: event.step,
    total: event.steps,
    note: ` · loss ${event.loss.toFixed(4)}`,
  }
}
