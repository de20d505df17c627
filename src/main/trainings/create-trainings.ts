import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { AppError } from '../../shared/errors'
import type { RunEvent } from '../../shared/contract/training'
import type { RunState, TrainingRun } from '../../shared/domain/training-run'
import { recipeOf } from '../../shared/domain/training-options'
import type { StoredRun } from '../database/project-store'
import { log } from '../log'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import type { LiveRunWorld } from './live-run'
import { LiveRun } from './live-run'
import { dataFolder, placeAmongRuns, runFolder } from './run-files'
import type { RunJob } from './run-job'
import { rememberSplit } from './split'
import { splitFor } from './split-for'
import { freeName } from './free-name'
import { failedBy, goneError, refuseGone } from './gone-error'
import { MeasuredPlans } from './measured-plans'
import { modelFile } from './model-file'
import { planRun } from './plan'
import type { TrainingSpeeds } from './training-speeds'
import type { RunWishes, Trainings } from './trainings'

export interface TrainingsOptions {
  readonly runJob: RunJob
  /** Cores of this computer, or as many as the user allows; one of them is left to whoever annotates */
  readonly cores: () => number
  readonly speeds: TrainingSpeeds
}

const ended: readonly RunState[] = ['paused', 'cut-off', 'failed']

export function createTrainings(options: TrainingsOptions): Trainings {
  return new ProcessTrainings(options)
}

class ProcessTrainings implements Trainings {
  readonly #options: TrainingsOptions
  readonly #listeners: ((isActive: boolean) => void)[] = []
  #live: LiveRun | null = null
  readonly #plans: MeasuredPlans
  /** Of the run at work; never rejects */
  #working: Promise<void> = Promise.resolve()

  constructor(options: TrainingsOptions) {
    this.#options = options
    this.#plans = new MeasuredPlans({
      ...{ runJob: options.runJob, speeds: options.speeds },
      threads: () => this.#threads,
      isTraining: () => this.isTraining,
      onActivity: () => this.#tell(),
    })
  }

  get isActive(): boolean {
    return this.#live !== null || this.#plans.isActive
  }

  get isTraining(): boolean {
    return this.#live !== null
  }

  onActivity(listener: (isActive: boolean) => void): void {
    this.#listeners.push(listener)
  }

  plan: Trainings['plan'] = (session, wishes) => planRun(session, wishes, this.#options.speeds)

  watchPlan: Trainings['watchPlan'] = (session, wishes, signal) => this.#plans.watch(session, wishes, signal)

  start(session: ProjectSession, { preset, changes, name, allowSharedGroup }: RunWishes): TrainingRun {
    session.assertEditable()
    this.#refuseSecond()
    placeAmongRuns(session, runFolder(0)) // whatever its number will be
    const recipe = recipeOf(preset, changes)
    const split = splitFor(session, { recipe, allowSharedGroup })
    const base = modelInUse(session)
    const run = {
      ...{ preset, base, settings: { recipe, allowSharedGroup }, plannedEpochs: recipe.epochs },
      name: name ?? freeName(session),
      trainSlices: split.train.length,
      valSlices: split.val.length,
      startedAt: new Date().toISOString(),
    }
    const id = session.store.transaction(() => {
      rememberSplit(session, split)
      return session.store.runs.add(run, runFolder)
    })
    this.#begin(session, id, { split, model: modelFile(session, base) })
    return this.#get(session, id)
  }

  list(session: ProjectSession): TrainingRun[] {
    return session.store.runs.list().map(run => this.#shown(session, run))
  }

  watch(session: ProjectSession, id: number, signal?: AbortSignal): AsyncGenerator<RunEvent> {
    const run = this.#get(session, id)
    const live = this.#liveOf(session, id)
    const { runs } = session.store
    const before: RunEvent[] = [
      { event: 'run', run },
      ...runs.samples(id).map((sample): RunEvent => ({ event: 'sample', sample })),
      ...runs.log(id).map((line): RunEvent => ({ event: 'log', ...line })),
      ...(live?.current ?? []),
    ]
    return live ? live.feed.subscribe(before, signal) : replayed(before)
  }

  pause(session: ProjectSession, id: number): RunState {
    return this.#liveOf(session, id)?.end('pause') ?? this.#get(session, id).state
  }

  resume(session: ProjectSession, id: number): RunState {
    const run = this.#get(session, id)
    if (this.#liveOf(session, id) || !ended.includes(run.state)) return run.state
    this.#goOn(session, id, false)
    return 'running'
  }

  stop(session: ProjectSession, id: number): RunState {
    const live = this.#liveOf(session, id)
    if (live) return live.end('finish')
    const run = this.#get(session, id)
    if (!ended.includes(run.state)) return run.state
    this.#goOn(session, id, true)
    return 'finishing'
  }

  async remove(session: ProjectSession, id: number): Promise<void> {
    session.assertEditable()
    const live = this.#liveOf(session, id)
    if (live) {
      live.end('remove')
      await this.#working
      return
    }
    const run = this.#stored(session, id)
    const folder = placeAmongRuns(session, run.folder)
    if (run.version === modelInUse(session)) throw new AppError('MODEL_IN_USE', { model: run.name })
    session.store.transaction(() => {
      if (run.version !== null) session.store.versions.remove(run.version)
      session.store.runs.remove(id)
    })
    session.changes.publish({ kind: 'runs', run: id })
    await rm(folder, { recursive: true, force: true })
  }

  recover(session: ProjectSession): void {
    if (session.mode !== 'edit') return
    const { store } = session
    store.transaction(() => {
      for (const { id, state } of store.runs.list()) {
        const isLost = ['running', 'pausing', 'finishing'].includes(state) && !this.#liveOf(session, id)
        if (isLost) store.runs.change(id, { state: 'cut-off' })
      }
    })
  }

  async dispose(): Promise<void> {
    const stopped = this.#plans.stop()
    this.#live?.close()
    await stopped
    await this.#working
  }

  async leave(session: ProjectSession): Promise<void> {
    await this.#plans.leave(session)
    if (this.#live?.session !== session) return
    this.#live.close()
    await this.#working
  }

  #goOn(session: ProjectSession, id: number, finishing: boolean): void {
    session.assertEditable()
    this.#refuseSecond()
    const run = this.#stored(session, id)
    refuseGone(session, run)
    if (finishing && run.epochs.length === 0) {
      void this.remove(session, id).catch((err: unknown) => log.error({ run: id, err }, 'Not removed'))
      return
    }
    const model = modelFile(session, run.base)
    // A run that was cut off while its data set was written begins with what is annotated now.
    const isWritten = existsSync(dataFolder(placeAmongRuns(session, run.folder)))
    const split = isWritten ? null : splitFor(session, run.settings)
    this.#begin(session, id, { split, model, finishing })
  }

  #begin(
    session: ProjectSession,
    id: number,
    { finishing = false, ...world }: Pick<LiveRunWorld, 'split' | 'model'> & { readonly finishing?: boolean },
  ): void {
    const { runJob, speeds } = this.#options
    const live = new LiveRun(session, id, { ...world, threads: this.#threads, runJob, speeds })
    this.#live = live
    this.#tell()
    this.#working = this.#plans
      .stop()
      .then(() => live.work(finishing))
      .catch((err: unknown) => log.error({ run: id, err }, 'A training ended in disorder'))
      .finally(() => {
        this.#live = null
        // Who is told of the end may begin the next run at once.
        live.feed.close()
        this.#tell()
        this.#plans.changed()
      })
  }

  get #threads(): number {
    return Math.max(1, this.#options.cores() - 1)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener(this.isActive)
  }

  #refuseSecond(): void {
    if (!this.#live) return
    const { session, id } = this.#live
    throw new AppError('RUN_ALREADY_ACTIVE', { name: session.store.runs.get(id)?.name ?? String(id) })
  }

  #liveOf(session: ProjectSession, id: number): LiveRun | null {
    const live = this.#live
    return live?.session === session && live.id === id ? live : null
  }

  #stored(session: ProjectSession, id: number): StoredRun {
    const run = session.store.runs.get(id)
    if (!run) throw new AppError('NO_SUCH_ITEM', { kind: 'run', id: String(id) })
    return run
  }

  #get(session: ProjectSession, id: number): TrainingRun {
    return this.#shown(session, this.#stored(session, id))
  }

  /** What says that it runs, and does not here, was cut off: its end could not be stored, or another process has it. */
  #shown(session: ProjectSession, stored: StoredRun): TrainingRun {
    const run = withoutInsides(stored)
    const isWorking = ['running', 'pausing', 'finishing'].includes(run.state)
    const isLost = isWorking && session.mode === 'edit' && !this.#liveOf(session, run.id)
    const gone = goneError(session, stored)
    if (gone && (isLost || ended.includes(run.state))) return { ...run, ...failedBy(gone) }
    return isLost ? { ...run, state: 'cut-off' } : run
  }
}

const withoutInsides = ({ settings: _, folder: _f, base: _b, ...run }: StoredRun): TrainingRun => run

// eslint-disable-next-line @typescript-eslint/require-await -- a watch is a stream in any case
async function* replayed(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events
}
