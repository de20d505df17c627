import { join } from 'node:path'
import type { RunEvent } from '../../shared/contract/training'
import type { JobEvent } from '../../shared/domain/events'
import type { EpochFigures } from '../../shared/domain/training-run'
import type { ProjectSession } from '../projects/project-session'
import { shownPlane, shownRuns } from '../projects/shown-plane'
import { inProjectWords } from './in-project-words'
import { sliceIdOf } from './run-files'

type Epoch = Extract<JobEvent, { event: 'epoch' }>

/** Stores what the job says as it comes, and passes it on. */
export class RunRecorder {
  readonly #session: ProjectSession
  readonly #id: number
  readonly #publish: (event: RunEvent) => void
  #stage: RunEvent | null = null
  #step: RunEvent | null = null
  #countedFrom = performance.now()

  constructor(session: ProjectSession, id: number, publish: (event: RunEvent) => void) {
    this.#session = session
    this.#id = id
    this.#publish = publish
  }

  /** Stage and step that are under way. */
  get current(): readonly RunEvent[] {
    return [this.#stage, this.#step].filter(event => event !== null)
  }

  /** @throws AppError DISK_FULL and what else writing to the database can meet */
  take(event: JobEvent): void {
    switch (event.event) {
      case 'progress':
        this.#pass(
          (this.#stage = { event: 'stage', stage: event.stage, done: event.done, total: event.total }),
        )
        return
      case 'step': {
        const { epoch, step, steps, loss } = event
        this.#pass((this.#step = { event: 'step', epoch, step, steps, loss }))
        return
      }
      case 'epoch':
        this.#epoch(event)
        return
      case 'sample':
        this.#sample(event)
        return
      case 'split':
        this.#change({ trainSlices: event.train.length, valSlices: event.val.length })
        return
      case 'evaluation':
        this.#change({ baseDice: event.dice })
        return
      case 'notice':
      case 'skipped':
        this.log(this.#inProjectWords(event.message))
        return
      default:
    }
  }

  log(message: string): void {
    const line = { at: new Date().toISOString(), message }
    this.#store(({ runs }) => runs.addLog(this.#id, line))
    this.#pass({ event: 'log', ...line })
  }

  #inProjectWords(message: string): string {
    const run = this.#session.store.runs.get(this.#id)
    return run ? inProjectWords(message, this.#session, join(this.#session.folder, run.folder)) : message
  }

  #epoch({ epoch, trainLoss, valLoss, valDice, learningRate, seconds, best }: Epoch): void {
    const figures: EpochFigures = { epoch, trainLoss, valLoss, valDice, learningRate, seconds }
    const before = this.#session.store.runs.get(this.#id)
    const bestEpoch = best === true ? epoch : (before?.bestEpoch ?? null)
    this.#store(({ runs }) => {
      runs.putEpoch(this.#id, figures)
      runs.change(this.#id, { bestEpoch, seconds: (before?.seconds ?? 0) + this.#sinceLast() })
    })
    this.#step = null
    const run = this.#session.store.runs.get(this.#id)
    const epochs = run?.epochs ?? []
    const left = (run?.plannedEpochs ?? epoch) - epoch
    this.#pass({ event: 'epoch', figures, bestEpoch, secondsLeft: left * recentSeconds(epochs) })
    this.log(lineOf(figures))
  }

  #sample({ epoch, name, runs, dice }: Extract<JobEvent, { event: 'sample' }>): void {
    const sliceId = sliceIdOf(name)
    if (sliceId === null || !this.#session.store.slices.get(sliceId)) return
    // For showing, and so as it is shown.
    const shown = shownRuns(shownPlane(this.#session, sliceId), runs)
    const sample = { epoch, sliceId, runs: shown, dice }
    this.#store(store => store.runs.putSample(this.#id, sample))
    this.#pass({ event: 'sample', sample })
  }

  #change(change: { trainSlices?: number; valSlices?: number; baseDice?: number | null }): void {
    this.#store(({ runs }) => runs.change(this.#id, change))
    const run = this.#session.store.runs.get(this.#id)
    if (run) this.#pass({ event: 'run', run })
  }

  #store(work: (store: ProjectSession['store']) => void): void {
    const { store } = this.#session
    store.transaction(() => work(store))
  }

  #pass(event: RunEvent): void {
    this.#publish(event)
  }

  #sinceLast(): number {
    const now = performance.now()
    const seconds = (now - this.#countedFrom) / 1000
    this.#countedFrom = now
    return seconds
  }
}

/** Of the last epochs: the machine may have become busier since the first. */
function recentSeconds(epochs: readonly EpochFigures[]): number {
  const last = epochs.slice(-3)
  return last.reduce((sum, { seconds }) => sum + seconds, 0) / Math.max(1, last.length)
}

/** A line of the log: figures and terms, the same in every language. */
function lineOf({ epoch, trainLoss, valLoss, valDice }: EpochFigures): string {
  const three = (value: number | null): string => (value === null ? '–' : value.toFixed(3))
  return `epoch ${String(epoch).padStart(2)}  train ${three(trainLoss)}  val ${three(valLoss)}  Dice ${three(valDice)}`
}
