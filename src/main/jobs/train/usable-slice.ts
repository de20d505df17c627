import type { SliceRecord } from '../../datasets'

/** A slice that was opened once and found good. */
export interface UsableSlice {
  readonly record: SliceRecord
  readonly labelValues: readonly number[]
  /** Those of them that are still there at the resolution at which masks are compared in training */
  readonly trainableValues: readonly number[]
}
