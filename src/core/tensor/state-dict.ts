import type { Tensor } from './tensor'

/** A model's weights by their official names, in the order of the file, which is also the optimiser's. */
export type StateDict = ReadonlyMap<string, Tensor<'float32'>>
