import { invariant } from '../../shared/errors'
import type { Float32Tensor } from '../engine'
import { sizeOf } from '../tensor/shape'
import type { Shape } from '../tensor/shape'
import type { StateDict } from '../tensor/state-dict'

export interface ParameterEntry {
  readonly name: string
  readonly shape: Shape
  /** First element in the flat array */
  readonly offset: number
  readonly size: number
}

/** All weights in one flat array, each name a view into it: the optimiser walks it in one pass. */
export class Parameters {
  readonly flat: Float32Array
  readonly entries: readonly ParameterEntry[]
  readonly #views = new Map<string, Float32Tensor>()

  constructor(entries: readonly { readonly name: string; readonly shape: Shape }[]) {
    let offset = 0
    this.entries = entries.map(({ name, shape }) => {
      const entry = { name, shape, offset, size: sizeOf(shape) }
      offset += entry.size
      return entry
    })
    this.flat = new Float32Array(offset)
    for (const { name, shape, offset: start, size } of this.entries) {
      this.#views.set(name, { dtype: 'float32', shape, data: this.flat.subarray(start, start + size) })
    }
  }

  /** A copy of the weights, flat. */
  static from(weights: StateDict): Parameters {
    const parameters = new Parameters([...weights].map(([name, { shape }]) => ({ name, shape })))
    for (const [name, { data }] of weights) parameters.get(name).data.set(data)
    return parameters
  }

  /** Zeros of the same names, for gradients and moments. */
  zerosLike(): Parameters {
    return new Parameters(this.entries)
  }

  get(name: string): Float32Tensor {
    const view = this.#views.get(name)
    invariant(view, `there is a parameter ${name}`)
    return view
  }

  has(name: string): boolean {
    return this.#views.has(name)
  }

  stateDict(): StateDict {
    return this.#views
  }
}
