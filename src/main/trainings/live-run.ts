import { rm } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'
import type { RunEvent } from '../../shared/contract/training'
import { problemOf, reworded } from '../../shared/problem-of'
import type { JobEvent } from '../../shared/domain/events'
import type { RunState } from '../../shared/domain/training-run'
import { AppError, invariant, isAppError } from '../../shared/errors'
import type { RunChange, StoredRun } from '../database/project-store'
import { refuseLinksWithin } from '../files/refuse-links'
import { checkpointNames } from '../jobs/train/run-folder'
import { log } from '../log'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { StopFlag } from '../workers/stop-flag'
import { inProjectWords } from './in-project-words'
import type { RunJob } from './run-job'
import { checkpointOfRun, jobOptions } from './run-job'
import { RunFeed } from './run-feed'
import { dataFolder, outFolder, placeAmongRuns } from './run-files'
import { RunRecorder } from './run-recorder'
import { DoneCases, metricsOf, verdictOf } from './run-verdict'
import { keepSpeed } from './keep-speed'
import { SpeedMeter } from './speed-meter'
import type { RunSplit } from './split'
import type { TrainingSpeeds } from './training-speeds'
import { writeDataSet } from './write-data-set'

/** What becomes of a run that is asked to stop. */
type Ending = 'pause' | 'finish' | 'remove' | 'close'

export interface LiveRunWorld {
  readonly runJob: RunJob
  /** That the engine may use */
  readonly threads: number
  readonly speeds: TrainingSpeeds
  /** Of a run that begins; null for one whose data set is written already */
  readonly split: RunSplit | null
  /** File of the model that is tuned, or its ID */
  readonly model: string
}

/** One run at work: what the job says goes into the database and to those who watch. */
export class LiveRun {
  readonly id: number
  readonly session: ProjectSession
  readonly feed = new RunFeed()
  readonly #world: LiveRunWorld
  readonly #recorder: RunRecorder
  #stop = new StopFlag()
  #ending: Ending | null = null

  constructor(session: ProjectSession, id: number, world: LiveRunWorld) {
    this.session = session
    this.id = id
    this.#world = world
    this.#recorder = new RunRecorder(session, id, event => this.feed.publish(event))
  }

  /** What is under way now, for those who come later. */
  get current(): readonly RunEvent[] {
    return this.#recorder.current
  }

  /** Asks it to end; the last wish counts, but a run that is being removed stays so. */
  end(ending: Exclude<Ending, 'close'>): RunState {
    this.#ask(ending)
    this.#change({ state: ending === 'finish' ? 'finishing' : 'pausing' })
    return this.#run.state
  }

  /** The process ends: it is to stop where it is. It may have ended, and been removed, just now. */
  close(): void {
    this.#ask('close')
  }

  #ask(ending: Ending): void {
    if (this.#ending !== 'remove') this.#ending = ending
    // Twice: it is to stop at the next safe point, and to leave the verdict to the run that goes on.
    this.#stop.request()
    this.#stop.request()
  }

  /** @param finishing - only the verdict of the best epoch so far is left to do */
  async work(finishing: boolean): Promise<void> {
    try {
      this.#change({ state: finishing ? 'finishing' : 'running', error: null, reason: null })
      await refuseLinksWithin(this.#folder)
      await this.#writeData()
      const done = await this.#pass(finishing)
      if (!(await this.#hasEnded(done, finishing ? 'stopped' : null))) await this.#obey()
    } catch (error) {
      // Asked to end while its data set was still being written, it has failed at nothing.
      if (this.#isAnswerToStop(error)) await this.#obey()
      else await this.#fail(error)
    }
  }

  #isAnswerToStop(error: unknown): boolean {
    return isAppError(error) && error.code === 'ABORTED' && this.#stop.requested
  }

  get #run(): StoredRun {
    const run = this.session.store.runs.get(this.id)
    invariant(run, 'a run that works is there')
    return run
  }

  get #folder(): string {
    return placeAmongRuns(this.session, this.#run.folder)
  }

  async #writeData(): Promise<void> {
    if (!this.#world.split) return
    const folder = dataFolder(this.#folder)
    const isStopped = (): boolean => this.#stop.requested
    const onSkipped = ({ message }: AppError): void => this.#recorder.log(message)
    await writeDataSet(this.session, this.#world.split, { folder, isStopped, onSkipped })
  }

  /** The job once, to its end. @returns null where it was stopped before it had anything to say */
  async #pass(finishing: boolean): Promise<Ended | null> {
    const run = this.#run
    const resume = await checkpointOfRun(this.#folder)
    if (resume === null) await rm(outFolder(this.#folder), { recursive: true, force: true })
    const { threads, model } = this.#world
    const options = jobOptions(run, { folder: this.#folder, threads, model, resume, finishing })
    let done: DoneEvent | null = null
    let ended: Ended | null = null
    const meter = new SpeedMeter()
    try {
      for await (const event of this.#world.runJob(options, this.#stop)) {
        meter.take(event)
        if (event.event === 'done') done = event
        if (event.event === 'report') ended = endedOf(event, done)
        this.#recorder.take(event)
      }
    } catch (error) {
      if (!this.#isAnswerToStop(error)) throw error
    } finally {
      await this.#keepSpeed(meter, resume === null ? ended : null)
    }
    return ended
  }

  /** @param ended - of a whole run: what is left of one says little */
  async #keepSpeed(meter: SpeedMeter, ended: Ended | null): Promise<void> {
    const run = this.#run
    const speed = meter.end(run.trainSlices + run.valSlices)
    if (speed && ended) await keepSpeed(this.session, run, { speed, speeds: this.#world.speeds })
  }

  /** Makes the version where the job has judged the best epoch; false where it was stopped before. */
  async #hasEnded(ended: Ended | null, reason: string | null): Promise<boolean> {
    if (!ended || this.#ending === 'remove') return false
    const { done } = ended
    const { store } = this.session
    const cases = DoneCases.parse(done['cases'])
    const nameOf = (id: number): string => store.slices.get(id)?.name ?? String(id)
    const verdict = verdictOf(cases, { independent: done['independent'] === true, nameOf })
    const run = this.#run
    const version = {
      runId: this.id,
      name: run.name,
      file: relative(this.session.folder, done.checkpoint).split(sep).join('/'),
      base: run.base,
      preset: run.preset,
      trainSlices: run.trainSlices,
      valSlices: run.valSlices,
      metrics: metricsOf(verdict),
    }
    store.transaction(() => {
      store.versions.put(version)
      store.runs.change(this.id, {
        ...{ state: 'finished', verdict, bestEpoch: done.best.epoch, baseDice: verdict.baseDice },
        ...{ reason: reason ?? ended.reason, endedAt: new Date().toISOString() },
      })
    })
    this.#announce()
    this.session.changes.publish({ kind: 'models', model: modelInUse(this.session) })
    // It cannot be resumed any more: what only a resumed run needs gives its room back.
    await rm(dataFolder(this.#folder), { recursive: true, force: true })
    await rm(join(done.checkpoint, '..', checkpointNames.latest), { force: true })
    return true
  }

  /** What was asked of a run that has stopped. */
  async #obey(): Promise<void> {
    const ending = this.#ending ?? 'pause'
    if (ending === 'remove' || (ending === 'finish' && this.#run.epochs.length === 0)) {
      await this.#remove()
      return
    }
    if (ending === 'finish') {
      this.#ending = null
      this.#stop = new StopFlag()
      if (!(await this.#hasEnded(await this.#pass(true), 'stopped'))) await this.#obey()
      return
    }
    this.#change({ state: ending === 'close' ? 'cut-off' : 'paused' })
  }

  async #remove(): Promise<void> {
    const folder = this.#folder
    this.session.store.transaction(() => this.session.store.runs.remove(this.id))
    this.session.changes.publish({ kind: 'runs', run: this.id })
    await rm(folder, { recursive: true, force: true })
  }

  /** A full disk can be emptied, and the run goes on; the database may be on it. */
  async #fail(error: unknown): Promise<void> {
    if (this.#ending === 'remove') {
      await this.#remove()
      return
    }
    if (!isAppError(error)) log.error({ run: this.id, err: error }, 'A training failed')
    const told = isAppError(error) ? error : new AppError('INTERNAL', { reason: 'the training stopped' })
    // A link is to be found where it lies; what else is said of copies is said of the slices.
    const isOfCopies = told.code !== 'LINK_IN_PROJECT'
    const folder = join(this.session.folder, this.#run.folder)
    const said = isOfCopies
      ? reworded(problemOf(told), text => inProjectWords(text, this.session, folder))
      : problemOf(told)
    const change: RunChange = {
      state: told.code === 'DISK_FULL' ? 'paused' : 'failed',
      error: said,
    }
    try {
      this.#recorder.log(said.message)
      this.#change(change)
    } catch (cause) {
      log.error({ run: this.id, err: cause }, 'The end of a training could not be stored')
      this.feed.publish({ event: 'run', run: { ...this.#run, ...change } })
    }
  }

  #change(change: RunChange): void {
    this.session.store.transaction(() => this.session.store.runs.change(this.id, change))
    this.#announce()
  }

  #announce(): void {
    this.feed.publish({ event: 'run', run: this.#run })
    this.session.changes.publish({ kind: 'runs', run: this.id })
  }
}

type DoneEvent = Extract<JobEvent, { event: 'done' }>

interface Ended {
  readonly done: DoneEvent
  readonly reason: string | null
}

/** null where it was stopped before it had judged the best epoch, finder and all: the run that goes on does that. */
function endedOf(report: Extract<JobEvent, { event: 'report' }>, done: DoneEvent | null): Ended | null {
  if (report.command !== 'train' || report['interrupted'] === true || !done?.['verdict']) return null
  // Only what a person would not expect is a reason.
  return { done, reason: report['ended'] === 'no-improvement' ? 'early-stop' : null }
}
