import type { NamedTensors } from '../engine'
import type { StepLosses } from './trainable'
import { lossesOf } from './trainable'

/** Means over parts of a batch, weighted by their share of it. */
export class LossMean {
  losses: StepLosses = lossesOf(() => 0)

  add(results: NamedTensors, share: number): void {
    const before = this.losses
    this.losses = lossesOf(name => before[name] + share * (results[name]?.data[0] ?? NaN))
  }
}
