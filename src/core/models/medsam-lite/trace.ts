import type { Value } from '../../graph/op'

/** Hears of inner values by name; tests compare them with the goldens. The value is only built when asked for. */
export type Trace = (name: string, value: () => Value) => void
