import type { StoredRun } from '../database/project-store'
import { log } from '../log'
import type { ProjectSession } from '../projects/project-session'
import { rootOf } from './root-of'
import { measuredAs } from './speed-trial'
import type { TrainingSpeed, TrainingSpeeds } from './training-speeds'
import { estimatedSeconds } from './training-speeds'

/** Compares the estimate with what happened, and keeps the figures for the next one. */
export async function keepSpeed(
  session: ProjectSession,
  { id, base, preset, settings: { recipe }, epochs, trainSlices, valSlices }: StoredRun,
  {
    speed: { seconds, ...speed },
    speeds,
  }: { readonly speed: TrainingSpeed & { readonly seconds: number }; readonly speeds: TrainingSpeeds },
): Promise<void> {
  const key = {
    model: rootOf(session, base),
    preset: measuredAs(preset),
    resolution: recipe.resolution,
  }
  const before = speeds.get(key)
  const estimated = before && estimatedSeconds(before, { epochs: epochs.length }, trainSlices + valSlices)
  log.info({ run: id, preset, epochs: epochs.length, estimated, seconds }, 'A training took its time')
  // The memory of a process that trained before shows less than a run takes.
  const memoryBytes = Math.max(speed.memoryBytes, before?.memoryBytes ?? 0)
  await speeds.keep(key, { ...speed, memoryBytes })
}
