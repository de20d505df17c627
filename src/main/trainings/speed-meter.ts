import type { JobEvent } from '../../shared/domain/events'
import type { TrainingSpeed } from './training-speeds'

/** Stages whose length goes by the number of slices. */
const sliceStages: ReadonlySet<string> = new Set([
  'Checking slices',
  'Encoding slices',
  'Judging the base',
  'Encoding slices for the finder',
  'Teaching the finder',
  'Judging found boxes',
])

/** How often the memory of the process is looked at. */
const lookMs = 500

/** Measures a training by what it says and when. */
export class SpeedMeter {
  readonly #now: () => number
  readonly #start: number
  readonly #before = process.memoryUsage.rss()
  readonly #timer: NodeJS.Timeout
  #last: number
  #peak = this.#before
  #inSlices = 0
  #inEpochs = 0
  #epochs = 0

  /** @param now - milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#start = this.#last = now()
    this.#timer = setInterval(() => this.#look(), lookMs)
    this.#timer.unref()
  }

  take(event: JobEvent): void {
    const now = this.#now()
    const passed = (now - this.#last) / 1000
    this.#last = now
    if (event.event === 'progress' && sliceStages.has(event.stage)) this.#inSlices += passed
    if (event.event === 'epoch') {
      this.#epochs++
      this.#inEpochs += event.seconds
    }
  }

  /**
   * @param slices - training and held-out ones
   * @returns null before the first epoch is over
   */
  end(slices: number): (TrainingSpeed & { readonly seconds: number }) | null {
    clearInterval(this.#timer)
    this.#look()
    const seconds = (this.#now() - this.#start) / 1000
    if (this.#epochs === 0 || slices === 0) return null
    return {
      seconds,
      secondsOnce: Math.max(0, seconds - this.#inSlices - this.#inEpochs),
      secondsPerSlice: this.#inSlices / slices,
      secondsPerEpochSlice: this.#inEpochs / this.#epochs / slices,
      memoryBytes: this.#peak - this.#before,
    }
  }

  #look(): void {
    this.#peak = Math.max(this.#peak, process.memoryUsage.rss())
  }
}
