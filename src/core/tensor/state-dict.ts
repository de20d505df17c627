import type { Tensor } from './tensor'

/** A model's weights by their official names, in the order of the file, which is also the optimiser's. */
export type StateDict = ReadonlyMap<string, Tensor<'float32'>>

/** The weights of these names, in their order; a name without a weight is passed over. */
export function inOrder(state: StateDict, names: readonly string[]): StateDict {
  return new Map(
    names.flatMap(name => {
      const found = state.get(name)
      return found ? [[name, found] as const] : []
    }),
  )
}
