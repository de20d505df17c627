import type { Float32Tensor, NamedTensors } from '../engine'
import { sizeOf } from '../tensor/shape'
import type { Parameters } from './parameters'

/**
 * Where the gradients of a batch come together. What a parameter gets first in a batch is written straight into the
 * sums by the engine; what comes later goes through a spare array, which is as large as the largest piece of the model
 * that asks for one, so that memory does not grow with the batch.
 */
export class GradientSink {
  readonly #sums: Parameters
  readonly #written = new Set<string>()
  /** What was handed out of the spare array and not added yet */
  readonly #pending = new Map<string, Float32Tensor>()
  #spare = new Float32Array()

  constructor(sums: Parameters) {
    this.#sums = sums
  }

  startBatch(): void {
    this.#written.clear()
    this.#pending.clear()
  }

  /**
   * Arrays for the engine to write into; good until the next ones are asked for.
   *
   * @param names - pairs of the output's name and the parameter's
   */
  arrays(names: readonly (readonly [output: string, parameter: string])[]): NamedTensors {
    this.#pending.clear()
    this.#setAside(names.map(([, parameter]) => parameter).filter(name => this.#written.has(name)))
    return Object.fromEntries(
      names.map(([output, name]) => [output, this.#pending.get(name) ?? this.#sums.get(name)]),
    )
  }

  /** Called when the arrays of these parameters have been written. */
  add(parameters: readonly string[]): void {
    for (const name of parameters) {
      const part = this.#pending.get(name)
      if (part) accumulate(this.#sums.get(name).data, part.data)
      this.#written.add(name)
    }
  }

  /** Parameters on which no part of the batch depends have no gradient. */
  finishBatch(parameters: readonly string[]): void {
    for (const name of parameters) if (!this.#written.has(name)) this.#sums.get(name).data.fill(0)
  }

  #setAside(parameters: readonly string[]): void {
    const shapes = parameters.map(name => [name, this.#sums.get(name).shape] as const)
    const needed = shapes.reduce((sum, [, shape]) => sum + sizeOf(shape), 0)
    if (this.#spare.length < needed) this.#spare = new Float32Array(needed)
    let offset = 0
    for (const [name, shape] of shapes) {
      const data = this.#spare.subarray(offset, offset + sizeOf(shape))
      this.#pending.set(name, { dtype: 'float32', shape, data })
      offset += data.length
    }
  }
}

/** sum += part, element by element; both have the parameter's size */
function accumulate(sum: Float32Array, part: Float32Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += part[i]!
}
