import type { EncodingState } from '../../shared/contract/segment'
import { problemOf } from '../../shared/problem-of'
import { AppError, isAppError } from '../../shared/errors'
import { log } from '../log'
import type { ProjectSession } from '../projects/project-session'
import { sliceSource } from '../projects/slice-source'
import { reviewModel } from '../reviews/review-model'
import { EncodingPlan } from './encoding-plan'
import type { Inference } from './inference'

/** Often enough for a status bar, and for a rest that is cut short */
const leastPauseMs = 100
/** Times that the engine may be lost before nobody waits for it any more */
const mostLosses = 3
/** Slices that are asked for in one call */
const lookedUpAtOnce = 200
/** Slices whose times tell how long the others will take */
const remembered = 8

/** Encodes the slices of a project while nothing else wants the cores, the one on the screen and its neighbours first. */
export class BackgroundEncoder {
  readonly #session: ProjectSession
  readonly #inference: Inference
  readonly #isTraining: () => boolean
  readonly #plan = new EncodingPlan()
  readonly #stopped = new AbortController()
  readonly #durations: number[] = []
  #isPaused = false
  /** Time of `performance.now` before which no slice is begun */
  #restsUntil = 0
  #losses = 0
  #current: number | null = null
  /** What was encoded before is being looked for; never rejects */
  #lookUp: Promise<void> = Promise.resolve()
  #isLookedUp = false
  #model = ''
  /** One that was opened before */
  #openedModel = ''
  /** Of the state: watchers wait for the next one */
  #version = 0
  #listeners = new Set<() => void>()
  #running: Promise<unknown> = Promise.resolve()

  constructor(session: ProjectSession, inference: Inference, isTraining: () => boolean) {
    this.#session = session
    this.#inference = inference
    this.#isTraining = isTraining
  }

  start(): void {
    this.#readSlices()
    this.#running = Promise.all([this.#follow(), this.#work()]).catch((error: unknown) => {
      log.error({ err: error }, 'Background encoding has failed')
    })
  }

  /** Ends after the slice that it is at is given up; the thread finishes it unheard. */
  async stop(): Promise<void> {
    this.#stopped.abort()
    this.look()
    await this.#running
  }

  /** The slice on the screen. */
  focus(slice: number): void {
    this.#plan.focus(slice)
  }

  /** Leaves the cores to what a person waits for: the next slice is begun so long after the last call. */
  rest(milliseconds: number): void {
    this.#restsUntil = performance.now() + milliseconds
  }

  pause(): void {
    this.#isPaused = true
    this.look()
  }

  /** Goes on, also with what could not be encoded before. */
  resume(): void {
    this.#isPaused = false
    this.#losses = 0
    this.#plan.failed.length = 0
    this.look()
  }

  /** Has another look at whether there is something to do. */
  look(): void {
    this.#version++
    for (const listener of [...this.#listeners]) listener()
  }

  state(): EncodingState {
    const { total, done, failed } = this.#plan
    const left = this.#plan.left
    const perSlice = this.#durations.reduce((sum, seconds) => sum + seconds, 0) / this.#durations.length
    return {
      ...{ done, total, current: this.#current, failed: [...failed] },
      secondsLeft: left === 0 ? 0 : Number.isFinite(perSlice) ? left * perSlice : null,
      state: this.#stateName(),
    }
  }

  /** The state now and whenever it has changed, but not more often than an eye can follow. */
  async *watch(signal?: AbortSignal): AsyncGenerator<EncodingState> {
    const ends = AbortSignal.any([this.#stopped.signal, ...(signal ? [signal] : [])])
    let seen = -1
    while (!ends.aborted) {
      if (seen === this.#version) {
        await this.#changed(ends)
        continue
      }
      seen = this.#version
      yield this.state()
      await pause(leastPauseMs, ends)
    }
  }

  #stateName(): EncodingState['state'] {
    if (this.#plan.total === 0 || !this.#isLookedUp) return 'idle'
    if (this.#plan.left === 0) return 'done'
    if (this.#isPaused) return 'paused'
    return this.#isTraining() ? 'waits-for-training' : 'running'
  }

  async #work(): Promise<void> {
    const { signal } = this.#stopped
    while (!signal.aborted) {
      await this.#lookUp
      const left = this.#restsUntil - performance.now()
      if (left > 0) {
        await pause(Math.min(left, leastPauseMs), signal)
        continue
      }
      const next = this.#stateName() === 'running' ? this.#plan.next() : null
      if (next === null) await this.#changed(signal)
      else if (await this.#opensModel(next)) await this.#encode(next)
    }
  }

  /** A model that cannot be opened is said once, not for every slice. */
  async #opensModel(slice: number): Promise<boolean> {
    const { id, name } = reviewModel(this.#session)
    if (this.#openedModel === id) return true
    try {
      await this.#inference.describe(name)
      this.#openedModel = id
      return true
    } catch (error) {
      this.#failed(slice, error)
      this.#isPaused = true
      this.look()
      return false
    }
  }

  async #encode(slice: number): Promise<void> {
    const { signal } = this.#stopped
    this.#current = slice
    this.look()
    const start = performance.now()
    try {
      const { id, name } = reviewModel(this.#session)
      const source = sliceSource(this.#session, slice)
      await this.#inference.encode(name, source, { urgency: 'later', signal })
      this.#losses = 0
      this.#plan.succeeded(slice, encodingKey(id, source.window))
      // Either may have been changed meanwhile.
      this.#refresh(slice)
      this.#durations.push((performance.now() - start) / 1000)
      if (this.#durations.length > remembered) this.#durations.shift()
    } catch (error) {
      if (!signal.aborted) this.#failed(slice, error)
    } finally {
      this.#current = null
      this.look()
    }
  }

  #failed(slice: number, error: unknown): void {
    if (isAppError(error) && error.code === 'BACKEND_LOST') {
      // Not the fault of the slice, unless it happens again and again: then a person has to say go on.
      this.#losses++
      if (this.#losses >= mostLosses) this.#isPaused = true
      return
    }
    const reason = error instanceof Error ? error.message : String(error)
    const told = isAppError(error) ? error : new AppError('INTERNAL', { reason })
    this.#plan.failed.push({ slice, ...problemOf(told) })
  }

  async #follow(): Promise<void> {
    for await (const change of this.#session.changes.subscribe(this.#stopped.signal)) {
      if (change.kind === 'slices')
        this.#findKnown(change.slices.map(({ id }) => id).filter(id => this.#refresh(id)))
      else if (change.kind === 'slices-added' || change.kind === 'models') this.#readSlices()
      else continue
      this.look()
    }
  }

  /** Of this model and these windows. */
  #readSlices(): void {
    const { id } = reviewModel(this.#session)
    if (id !== this.#model) this.#plan.forget()
    this.#model = id
    this.#plan.setSlices(this.#session.store.slices.summaries().map(slice => slice.id))
    this.#findKnown(this.#plan.waiting)
  }

  /** Counts what was encoded before, such as in another sitting, or with this window some time ago. */
  #findKnown(slices: readonly number[]): void {
    if (slices.length === 0 && this.#isLookedUp) return
    this.#lookUp = this.#lookUp
      .then(() => this.#askFor(slices))
      // Then each is looked for when its turn comes, and what is wrong is said there.
      .catch(() => undefined)
      .finally(() => {
        this.#isLookedUp = true
        this.look()
      })
  }

  async #askFor(slices: readonly number[]): Promise<void> {
    const isStopped = (): boolean => this.#stopped.signal.aborted
    for (let from = 0; from < slices.length && !isStopped(); from += lookedUpAtOnce) {
      const { id, name } = reviewModel(this.#session)
      const some = slices.slice(from, from + lookedUpAtOnce)
      const sources = some.map(slice => sliceSource(this.#session, slice))
      const known = await this.#inference.known(name, sources)
      if (isStopped()) return
      for (const [index, slice] of some.entries()) {
        if (known[index] !== true) continue
        this.#plan.succeeded(slice, encodingKey(id, sources[index]?.window))
        this.#refresh(slice)
      }
    }
  }

  /** @returns whether it has to be encoded anew */
  #refresh(slice: number): boolean {
    const window = this.#session.store.slices.get(slice)?.window ?? null
    return this.#plan.refresh(slice, encodingKey(this.#model, window))
  }

  #changed(signal: AbortSignal): Promise<void> {
    return new Promise(resolve => {
      const done = (): void => {
        this.#listeners.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.#listeners.add(done)
      signal.addEventListener('abort', done)
      if (signal.aborted) done()
    })
  }
}

const encodingKey = (model: string, window: unknown): string => JSON.stringify([model, window])

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(done, milliseconds)
    function done(): void {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
    if (signal.aborted) done()
  })
}
