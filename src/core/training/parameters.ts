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

/** Names and shapes of weights, in the order in which they lie in memory. */
export type ParameterShapes = readonly { readonly name: string; readonly shape: Shape }[]

/** All weights in one flat array, each name a view into it: the optimiser walks it in one pass. */
export class Parameters {
  readonly flat: Float32Array
  readonly entries: readonly ParameterEntry[]
  readonly #views = new Map<string, Float32Tensor>()

  /** @param memory - of exactly their size, for instance what another thread shares; zeros where nothing is given */
  constructor(entries: ParameterShapes, memory?: ArrayBufferLike) {
    let offset = 0
    this.entries = entries.map(({ name, shape }) => {
      const entry = { name, shape, offset, size: sizeOf(shape) }
      offset += entry.size
      return entry
    })
    this.flat = memory ? new Float32Array(memory) : new Float32Array(offset)
    invariant(this.flat.length === offset, `the memory holds ${offset} weights`)
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

  /** The same weights, copied to memory that threads can share. */
  shared(): Parameters {
    const copy = this.sharedZerosLike()
    copy.flat.set(this.flat)
    return copy
  }

  sharedZerosLike(): Parameters {
    return new Parameters(this.entries, new SharedArrayBuffer(this.flat.byteLength))
  }

  /** Their memory, to be looked at by another thread; only of what `shared` and `sharedZerosLike` gave. */
  get sharedMemory(): SharedArrayBuffer {
    const { buffer } = this.flat
    invariant(buffer instanceof SharedArrayBuffer, 'the weights lie in shared memory')
    return buffer
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
