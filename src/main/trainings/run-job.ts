import { TrainOptions } from '../../shared/commands/training'
import type { JobEvent } from '../../shared/domain/events'
import { isAppError } from '../../shared/errors'
import type { StoredRun } from '../database/project-store'
import { checkpointToResume } from '../jobs/train/run-folder'
import type { TrainJob } from '../workers/contract'
import type { StopFlag } from '../workers/stop-flag'
import { dataFolder, groupPattern, outFolder } from './run-files'

/** Runs the `train` job in a thread of its own; see `workers/spawn`. */
export type RunJob = (options: TrainJob, stop: StopFlag) => AsyncIterable<JobEvent>

/** Held-out slices whose masks are shown as the model learns. */
const sampleSlices = 3

interface JobWorld {
  /** Absolute folder of the run */
  readonly folder: string
  readonly threads: number
  readonly model: string
  /** Checkpoint to go on from */
  readonly resume: string | null
  /** No epoch is trained any more: only finder and verdict are left */
  readonly finishing: boolean
}

/** A run as the job takes it. */
export function jobOptions(
  { id, preset, settings: { recipe, allowSharedGroup }, epochs }: StoredRun,
  { folder, threads, model, resume, finishing }: JobWorld,
): TrainJob {
  const last = epochs.at(-1)?.epoch ?? recipe.epochs
  const options = TrainOptions.parse({
    ...recipe,
    epochs: finishing ? last : recipe.epochs,
    ...{ preset, threads, allowSharedGroup },
    data: dataFolder(folder),
    out: outFolder(folder),
    group: groupPattern,
    task: `run-${id}`,
    // A run that goes on knows its base, by a path that may have changed since.
    ...(resume === null ? { model } : { resume }),
  })
  return { ...options, sampleSlices }
}

/** The checkpoint that a run goes on from; null where it had written none. */
export async function checkpointOfRun(folder: string): Promise<string | null> {
  try {
    await checkpointToResume(outFolder(folder))
    return outFolder(folder)
  } catch (error) {
    if (isAppError(error)) return null
    throw error
  }
}
