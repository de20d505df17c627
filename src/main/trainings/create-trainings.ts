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
import type { RunSplit } from './split'
import { chooseRunSplit, rememberSplit } from './split'
import { freeName } from './free-name'
import { failedBy, goneError, refuseGone } from './gone-error'
import { planRun } from './plan'
import { rootOf } from './root-of'
import { SpeedTrial } from './speed-trial'
import type { TrainingSpeeds } from './training-speeds'
import { trainingSlices } from './training-slices'
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
  #trial: SpeedTrial | null = null
  /** Projects in which a trial was made, so that one that fails is not made again and again */
  readonly #tried = new Set<string>()
  /** Of the run at work; never rejects */
  #working: Promise<void> = Promise.resolve()

  constructor(options: TrainingsOptions) {
    this.#options = options
  }

  get isActive(): boolean {
    return this.#live !== null || this.#trial !== null
  }

  get isTraining(): boolean {
    return this.#live !== null
  }

  onActivity(listener: (isActive: boolean) => void): void {
    this.#listeners.push(listener)
  }

  plan: Trainings['plan'] = async (session, wishes) => {
    const plan = await planRun(session, wishes, this.#options.speeds)
    const isUnknown = plan.presets.some(({ seconds }) => seconds === null)
    if (isUnknown && plan.train.length > 0 && plan.val.length > 0) this.#measure(session, wishes)
    return plan
  }

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
    this.#begin(session, id, { split, model: fileOf(session, base) })
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
    this.#trial?.stop()
    this.#live?.close()
    await this.#trial?.ended
    await this.#working
  }

  async leave(session: ProjectSession): Promise<void> {
    this.#trial?.stop()
    await this.#trial?.ended
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
    const model = fileOf(session, run.base)
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
    this.#trial?.stop()
    this.#working = (this.#trial?.ended ?? Promise.resolve())
      .then(() => live.work(finishing))
      .catch((err: unknown) => log.error({ run: id, err }, 'A training ended in disorder'))
      .finally(() => {
        this.#live = null
        // Who is told of the end may begin the next run at once.
        live.feed.close()
        this.#tell()
      })
  }

  get #threads(): number {
    return Math.max(1, this.#options.cores() - 1)
  }

  /** In the background, once a project, model and side; a run that begins comes first. */
  #measure(session: ProjectSession, { changes, allowSharedGroup }: Parameters<Trainings['plan']>[1]): void {
    const id = modelInUse(session)
    const resolution = changes.resolution ?? null
    const name = `${session.id} ${id} ${resolution ?? 'own'}`
    if (this.isActive || this.#tried.has(name)) return
    this.#tried.add(name)
    const { runJob, speeds } = this.#options
    const trial = new SpeedTrial(session, {
      ...{ runJob, speeds, threads: this.#threads, resolution },
      split: splitFor(session, { recipe: recipeOf('quick', changes), allowSharedGroup }),
      base: rootOf(session, id),
      model: fileOf(session, id),
    })
    this.#trial = trial
    this.#tell()
    void trial.ended.then(() => {
      if (trial.wasStopped) this.#tried.delete(name)
      this.#trial = null
      this.#tell()
    })
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

/** @throws AppError NO_USABLE_SLICES, TOO_FEW_SLICES, SINGLE_GROUP */
function splitFor(
  session: ProjectSession,
  { recipe, allowSharedGroup }: Pick<StoredRun['settings'], 'recipe' | 'allowSharedGroup'>,
): RunSplit {
  const slices = trainingSlices(session)
  if (slices.labelled.length === 0) {
    throw new AppError('NO_USABLE_SLICES', { file: session.store.project.get().name })
  }
  const { validationFraction, seed } = recipe
  return chooseRunSplit(session, slices, { validationFraction, seed, allowSharedGroup })
}

/** What the job opens: the checkpoint of a model that was tuned here, any other by its ID. */
function fileOf(session: ProjectSession, id: string): string {
  const version = session.store.versions.get(id)
  return version === null ? id : session.pathOf(version.file)
}

// eslint-disable-next-line @typescript-eslint/require-await -- a watch is a stream in any case
async function* replayed(events: readonly RunEvent[]): AsyncGenerator<RunEvent> {
  yield* events
}
