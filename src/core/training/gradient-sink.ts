import type { NamedTensors } from '../engine'
import type { Parameters } from './parameters'

/**
 * Where the gradients of a batch come together. What a parameter gets first in a batch is written straight into the
 * sums by the engine; what comes later goes through one spare set of arrays, so that memory does not grow with the
 * batch.
 */
export class GradientSink {
  readonly #sums: Parameters
  readonly #written = new Set<string>()
  #spare: Parameters | null = null

  constructor(sums: Parameters) {
    this.#sums = sums
  }

  startBatch(): void {
    this.#written.clear()
  }

  /**
   * Arrays for the engine to write into.
   *
   * @param names - pairs of the output's name and the parameter's
   */
  arrays(names: readonly (readonly [output: string, parameter: string])[]): NamedTensors {
    return Object.fromEntries(names.map(([output, parameter]) => [output, this.#target(parameter)]))
  }

  /** Called when the arrays of these parameters have been written. */
  add(parameters: readonly string[]): void {
    for (const name of parameters) {
      if (this.#written.has(name)) accumulate(this.#sums.get(name).data, this.#target(name).data)
      this.#written.add(name)
    }
  }

  /** Parameters on which no part of the batch depends have no gradient. */
  finishBatch(parameters: readonly string[]): void {
    for (const name of parameters) if (!this.#written.has(name)) this.#sums.get(name).data.fill(0)
  }

  #target(parameter: string) {
    if (!this.#written.has(parameter)) return this.#sums.get(parameter)
    this.#spare ??= this.#sums.zerosLike()
    return this.#spare.get(parameter)
  }
}

/** sum += part, element by element; both have the parameter's size */
function accumulate(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!
}
