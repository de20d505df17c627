import type { PredictEvent } from '../../shared/contract/review'
import { AppError } from '../../shared/errors'
import { log } from '../log'
import type { OpenProjects } from '../projects/open-projects'
import type { ProjectSession } from '../projects/project-session'
import type { Inference } from '../inference/inference'
import { predictSlices } from './predict-slices'
import { reviewModel } from './review-model'

export interface PredictParts {
  readonly inference: Inference
  readonly projects: OpenProjects
}

const running = new WeakMap<ProjectSession, RunningPrediction>()
const guarded = new WeakSet<OpenProjects>()

/**
 * Predicts what nobody has done, in the background: who leaves the stream does not stop it, who comes later sees the rest.
 *
 * @throws AppError NO_FINDER, READ_ONLY_PROJECT, and what opening the model can meet
 */
export async function* predictRest(
  session: ProjectSession,
  parts: PredictParts,
  signal: AbortSignal | undefined,
): AsyncGenerator<PredictEvent> {
  const known = running.get(session)
  if (known) {
    yield* known.watch(signal)
    return
  }
  session.assertEditable()
  const model = reviewModel(session)
  if (!(await parts.inference.describe(model.name)).hasFinder) {
    throw new AppError('NO_FINDER', { model: model.id })
  }
  cancelOnClose(parts.projects)
  // Another call may have begun it while this one looked at the model.
  const run = running.get(session) ?? new RunningPrediction(session)
  if (!running.has(session)) {
    running.set(session, run)
    run.start(abort => predictSlices({ session, inference: parts.inference, model, signal: abort }))
  }
  yield* run.watch(signal)
}

/** Ends what runs in a project, after the slice that it is at; nothing where none does. */
export async function cancelPrediction(session: ProjectSession): Promise<void> {
  await running.get(session)?.cancel()
}

function cancelOnClose(projects: OpenProjects): void {
  if (guarded.has(projects)) return
  guarded.add(projects)
  projects.onClosing(cancelPrediction)
}

/** One run over a project's slices, with those who watch it. */
class RunningPrediction {
  readonly #session: ProjectSession
  readonly #abort = new AbortController()
  readonly #watchers = new Set<(news: News) => void>()
  #latest: PredictEvent | null = null
  #ended: Promise<void> = Promise.resolve()

  constructor(session: ProjectSession) {
    this.#session = session
  }

  start(predict: (signal: AbortSignal) => AsyncIterable<PredictEvent>): void {
    this.#ended = this.#run(predict).finally(() => running.delete(this.#session))
  }

  async cancel(): Promise<void> {
    this.#abort.abort()
    await this.#ended
  }

  /** How far it is, then what happens. @throws what ended it, if it did not end well */
  async *watch(signal: AbortSignal | undefined): AsyncGenerator<PredictEvent> {
    const waiting: News[] = this.#latest === null ? [] : [{ event: this.#latest }]
    let wake: (() => void) | null = null
    const hear = (news: News): void => {
      waiting.push(news)
      wake?.()
    }
    const leave = (): void => hear('left')
    this.#watchers.add(hear)
    signal?.addEventListener('abort', leave)
    if (signal?.aborted === true) leave()
    try {
      for (;;) {
        while (waiting.length === 0) await new Promise<void>(resolve => (wake = resolve))
        const news = waiting.shift()
        if (news === undefined || news === 'left') return
        if ('failed' in news) throw news.failed
        yield news.event
        if (news.event.event === 'report') return
      }
    } finally {
      this.#watchers.delete(hear)
      signal?.removeEventListener('abort', leave)
    }
  }

  async #run(predict: (signal: AbortSignal) => AsyncIterable<PredictEvent>): Promise<void> {
    try {
      for await (const event of predict(this.#abort.signal)) {
        if (event.event === 'progress') this.#latest = event
        this.#tell({ event })
      }
    } catch (failed) {
      log.warn({ err: failed }, 'Predicting the rest has failed')
      this.#tell({ failed })
    }
  }

  #tell(news: News): void {
    for (const watcher of this.#watchers) watcher(news)
  }
}

type News = { readonly event: PredictEvent } | { readonly failed: unknown } | 'left'
