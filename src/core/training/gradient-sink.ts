import type { NamedTensors } from '../engine'
import type { Parameters } from './parameters'

/**
 * Where the gradients of a batch come together. The first part of the batch is written straight into the sums by the
 * engine; every further one goes through one spare set of arrays, so that memory does not grow with the batch.
 */
export class GradientSink {
  readonly #sums: Parameters
  #spare: Parameters | null = null
  #isFirstPart = true

  constructor(sums: Parameters) {
    this.#sums = sums
  }

  /** Called before each part of a batch. */
  startPart(isFirst: boolean): void {
    this.#isFirstPart = isFirst
  }

  /**
   * Arrays for the engine to write into.
   *
   * @param names - pairs of the output's name and the parameter's
   */
  arrays(names: readonly (readonly [output: string, parameter: string])[]): NamedTensors {
    const target = this.#isFirstPart ? this.#sums : (this.#spare ??= this.#sums.zerosLike())
    return Object.fromEntries(names.map(([output, parameter]) => [output, target.get(parameter)]))
  }

  /** Called when the arrays of these parameters have been written. */
  add(parameters: readonly string[]): void {
    if (this.#isFirstPart || !this.#spare) return
    for (const name of parameters) accumulate(this.#sums.get(name).data, this.#spare.get(name).data)
  }
}

/** sum += part, element by element; both have the parameter's size */
function accumulate(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!
}
