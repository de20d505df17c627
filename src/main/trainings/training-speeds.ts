import * as z from 'zod'
import type { Preset, TrainingRecipe } from '../../shared/domain/training-options'

/** What a training takes on this computer, for one model, preset and side of its input. */
export const TrainingSpeed = z.object({
  /** Opening the model, building graphs, writing the report */
  secondsOnce: z.number().min(0),
  /** Encoding, the base's test, the finder; by the slices of the run */
  secondsPerSlice: z.number().min(0),
  /** Of an epoch, by the slices that it trains and validates */
  secondsPerEpochSlice: z.number().min(0),
  /** Peak of the process above what it had before */
  memoryBytes: z.number().min(0),
})
export type TrainingSpeed = z.infer<typeof TrainingSpeed>

export interface SpeedKey {
  /** ID of a base: all that is tuned from it takes as long */
  readonly model: string
  readonly preset: Preset
  /** null: the model's own */
  readonly resolution: number | null
}

/** Figures that were measured here: by runs, or by a short trial before the first one. */
export interface TrainingSpeeds {
  get(key: SpeedKey): TrainingSpeed | null
  keep(key: SpeedKey, speed: TrainingSpeed): Promise<void>
}

/** How a speed is named where it is stored. */
export const speedName = ({ model, preset, resolution }: SpeedKey): string =>
  [model, preset, resolution ?? 'own'].join(' ')

/**
 * Seconds that a run will take, were no epoch spared by an early stop.
 *
 * @param slices - training and held-out ones
 */
export function estimatedSeconds(
  speed: TrainingSpeed,
  { epochs }: Pick<TrainingRecipe, 'epochs'>,
  slices: number,
): number {
  const { secondsOnce, secondsPerSlice, secondsPerEpochSlice } = speed
  return secondsOnce + slices * (secondsPerSlice + epochs * secondsPerEpochSlice)
}
