import type { Preset } from '../../shared/domain/training-options'

/** What a training takes on this computer, for one model and preset. */
export interface TrainingSpeed {
  /** Of an epoch, by the slices that it trains and validates */
  readonly secondsPerEpochSlice: number
  /** Before and after the epochs: encoding, the finder, the verdict; by the slices of the run */
  readonly secondsPerSlice: number
  /** Peak of the process above what it had before */
  readonly memoryBytes: number
}

export interface SpeedKey {
  /** ID of a base, so that all that is tuned from it shares the figures */
  readonly model: string
  readonly preset: Preset
}

/** Figures that were measured here, by runs or by a short trial before the first one. */
export interface TrainingSpeeds {
  get(key: SpeedKey): TrainingSpeed | null
}
