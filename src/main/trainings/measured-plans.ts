import type { TrainingPlan } from '../../shared/contract/training'
import { recipeOf } from '../../shared/domain/training-options'
import { modelInUse } from '../projects/describe-project'
import type { ProjectSession } from '../projects/project-session'
import { modelFile } from './model-file'
import { planRun } from './plan'
import { rootOf } from './root-of'
import type { RunJob } from './run-job'
import { SpeedTrial } from './speed-trial'
import { splitFor } from './split-for'
import type { TrainingSpeeds } from './training-speeds'
import type { PlanWishes } from './trainings'

export interface MeasuringWorld {
  readonly runJob: RunJob
  readonly speeds: TrainingSpeeds
  readonly threads: () => number
  /** A run comes before every measurement */
  readonly isTraining: () => boolean
  /** A measurement has begun or ended */
  readonly onActivity: () => void
}

interface Running {
  readonly trial: SpeedTrial
  readonly name: string
  /** Who waits for its figures; the last one that leaves stops it */
  readonly watchers: Set<symbol>
}

/** Plans of runs whose unknown figures are measured while somebody looks at them, one project, model and side at a time. */
export class MeasuredPlans {
  readonly #world: MeasuringWorld
  #running: Running | null = null
  /** In which a trial was made, so that one that fails is not made again and again */
  readonly #tried = new Set<string>()
  readonly #left = new WeakSet<ProjectSession>()
  /** Counts what can change a plan */
  #changes = 0
  readonly #wakers = new Set<() => void>()

  constructor(world: MeasuringWorld) {
    this.#world = world
  }

  get isActive(): boolean {
    return this.#running !== null
  }

  /** The plan, and again when a figure of it became known; nothing is measured once the signal has come. */
  async *watch(
    session: ProjectSession,
    wishes: PlanWishes,
    signal?: AbortSignal,
  ): AsyncGenerator<TrainingPlan> {
    const me = Symbol('watcher')
    const wake = (): void => this.changed()
    signal?.addEventListener('abort', wake)
    const isOver = (): boolean => signal?.aborted === true || this.#left.has(session)
    try {
      while (!isOver()) {
        const before = this.#changes
        // Before anything is waited for, so that nobody stops what this one needs too.
        this.#join(me, nameOf(session, wishes))
        const plan = await planRun(session, wishes, this.#world.speeds)
        yield plan
        if (isOver() || !isToMeasure(plan) || !this.#measure(me, session, wishes)) return
        await this.#changeAfter(before)
      }
    } finally {
      signal?.removeEventListener('abort', wake)
      this.#release(me)
    }
  }

  /** Something has happened that can change a plan, such as the end of a run. */
  changed(): void {
    this.#changes++
    for (const wake of this.#wakers) wake()
  }

  /** Never rejects */
  async stop(): Promise<void> {
    this.#running?.trial.stop()
    await this.#running?.trial.ended
  }

  /** The project is being closed. */
  async leave(session: ProjectSession): Promise<void> {
    this.#left.add(session)
    this.changed()
    await this.stop()
  }

  #join(watcher: symbol, name: string): void {
    if (this.#running?.name === name) this.#running.watchers.add(watcher)
  }

  #release(watcher: symbol): void {
    const watchers = this.#running?.watchers
    if (watchers?.delete(watcher) === true && watchers.size === 0) this.#running?.trial.stop()
  }

  /** @returns whether the figures may yet become known */
  #measure(watcher: symbol, session: ProjectSession, { changes, allowSharedGroup }: PlanWishes): boolean {
    const name = nameOf(session, { changes })
    this.#join(watcher, name)
    if (this.#running !== null || this.#world.isTraining()) return true
    if (this.#tried.has(name)) return false
    this.#tried.add(name)
    const id = modelInUse(session)
    const { runJob, speeds, threads, onActivity } = this.#world
    const trial = new SpeedTrial(session, {
      ...{ runJob, speeds, threads: threads(), resolution: changes.resolution ?? null },
      split: splitFor(session, { recipe: recipeOf('quick', changes), allowSharedGroup }),
      base: rootOf(session, id),
      model: modelFile(session, id),
      onMeasured: () => this.changed(),
    })
    this.#running = { trial, name, watchers: new Set([watcher]) }
    onActivity()
    void trial.ended.then(() => {
      if (trial.wasStopped) this.#tried.delete(name)
      this.#running = null
      onActivity()
      this.changed()
    })
    return true
  }

  async #changeAfter(seen: number): Promise<void> {
    while (this.#changes === seen) {
      await new Promise<void>(resolve => {
        const wake = (): void => {
          this.#wakers.delete(wake)
          resolve()
        }
        this.#wakers.add(wake)
      })
    }
  }
}

const nameOf = (session: ProjectSession, { changes }: Pick<PlanWishes, 'changes'>): string =>
  `${session.id} ${modelInUse(session)} ${changes.resolution ?? 'own'}`

function isToMeasure({ presets, train, val }: TrainingPlan): boolean {
  return train.length > 0 && val.length > 0 && presets.some(({ seconds }) => seconds === null)
}
