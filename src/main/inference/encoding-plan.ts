import type { EncodingState } from '../../shared/contract/segment'

/** Which slices are encoded, which could not be, and which one comes next. */
export class EncodingPlan {
  readonly failed: EncodingState['failed'] = []
  #slices: readonly number[] = []
  /** What each one was encoded for: model and window */
  readonly #encoded = new Map<number, string>()
  #place = 0

  get total(): number {
    return this.#slices.length
  }

  get done(): number {
    return this.#encoded.size
  }

  get left(): number {
    return this.total - this.done - this.failed.length
  }

  /** @param slices - in the order of the lists, in which neighbours stand together */
  setSlices(slices: readonly number[]): void {
    this.#slices = slices
    const known = new Set(slices)
    for (const slice of this.#encoded.keys()) if (!known.has(slice)) this.#encoded.delete(slice)
    this.#keepFailed(({ slice }) => known.has(slice))
  }

  focus(slice: number): void {
    const place = this.#slices.indexOf(slice)
    if (place >= 0) this.#place = place
  }

  /** The nearest one to the focus; of two as near the one behind it. */
  next(): number | null {
    const failed = new Set(this.failed.map(({ slice }) => slice))
    for (let away = 0; away < this.#slices.length; away++) {
      for (const place of [this.#place + away, this.#place - away]) {
        const slice = this.#slices[place]
        if (slice !== undefined && !this.#encoded.has(slice) && !failed.has(slice)) return slice
      }
    }
    return null
  }

  succeeded(slice: number, key: string): void {
    if (this.#slices.includes(slice)) this.#encoded.set(slice, key)
  }

  /** A slice whose window may be another one now. @returns whether it has to be encoded anew */
  refresh(slice: number, key: string): boolean {
    const known = this.#encoded.get(slice)
    return known !== undefined && known !== key && this.#encoded.delete(slice)
  }

  /** Those that are not encoded yet, from the first one */
  get waiting(): readonly number[] {
    return this.#slices.filter(slice => !this.#encoded.has(slice))
  }

  /** Nothing is encoded for another model, which may also read what the last one could not. */
  forget(): void {
    this.#encoded.clear()
    this.#keepFailed(() => false)
  }

  #keepFailed(isKept: (failed: EncodingState['failed'][number]) => boolean): void {
    const kept = this.failed.filter(isKept)
    this.failed.splice(0, this.failed.length, ...kept)
  }
}
