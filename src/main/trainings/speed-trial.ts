import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TrainOptions } from '../../shared/commands/training'
import type { Preset, TrainingRecipe } from '../../shared/domain/training-options'
import { presets, recipeOf } from '../../shared/domain/training-options'
import { log } from '../log'
import type { ProjectSession } from '../projects/project-session'
import { StopFlag } from '../workers/stop-flag'
import { groupPattern } from './run-files'
import type { RunJob } from './run-job'
import { SpeedMeter } from './speed-meter'
import type { RunSplit } from './split'
import type { SpeedKey, TrainingSpeeds } from './training-speeds'
import { writeDataSet } from './write-data-set'

export interface TrialWorld {
  readonly runJob: RunJob
  readonly threads: number
  readonly speeds: TrainingSpeeds
  /** Of which a few slices are taken */
  readonly split: RunSplit
  /** ID of the base, and what the job opens */
  readonly base: string
  readonly model: string
  readonly resolution: number | null
  readonly onMeasured: () => void
}

/** From the cheapest, so that the first card is filled first. */
const measured: readonly Preset[] = ['quick', 'balanced', 'full']
const trainSlices = 2

/** One epoch on three of the user's own slices for each preset that was not measured yet: seconds instead of a guess. */
export class SpeedTrial {
  readonly #stop = new StopFlag()
  /** Never rejects */
  readonly ended: Promise<void>

  constructor(session: ProjectSession, world: TrialWorld) {
    this.ended = this.#run(session, world).catch((err: unknown) => {
      // The cards go on without figures; the run itself will say what is wrong.
      if (!this.wasStopped) log.warn({ err }, 'The speed of training could not be measured')
    })
  }

  /** Before it was through, so that it is worth another try */
  get wasStopped(): boolean {
    return this.#stop.requested
  }

  stop(): void {
    this.#stop.request()
    this.#stop.request()
  }

  async #run(session: ProjectSession, world: TrialWorld): Promise<void> {
    const folder = await mkdtemp(join(tmpdir(), 'slicetune-trial-'))
    try {
      const { train, val, independent } = world.split
      const split = { train: train.slice(0, trainSlices), val: val.slice(0, 1), empty: [], independent }
      const data = join(folder, 'data')
      await writeDataSet(session, split, {
        folder: data,
        isStopped: () => this.#stop.requested,
        onSkipped: () => undefined, // the run itself will say so
      })
      for (const preset of measured) {
        const key = { model: world.base, preset, resolution: world.resolution }
        if (this.#stop.requested || world.speeds.get(key)) continue
        await this.#measure(key, { ...world, folder, data, slices: split.train.length + split.val.length })
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }

  async #measure(
    key: SpeedKey,
    world: TrialWorld & { readonly folder: string; readonly data: string; readonly slices: number },
  ): Promise<void> {
    const { runJob, threads, model, folder, data, slices, speeds, onMeasured } = world
    const recipe: TrainingRecipe = recipeOf(key.preset, { epochs: 1, resolution: key.resolution })
    const options = TrainOptions.parse({
      ...recipe,
      ...{ preset: key.preset, model, data, threads, group: groupPattern, allowSharedGroup: true },
      out: join(folder, key.preset),
    })
    const meter = new SpeedMeter()
    for await (const event of runJob(options, this.#stop)) meter.take(event)
    const speed = meter.end(slices)
    if (!speed || this.#stop.requested) return
    await speeds.keep(key, speed)
    onMeasured()
  }
}

/** The original recipe trains as much as `full` does. */
export const measuredAs = (preset: Preset): Preset =>
  presets[preset].trainedSteps === Infinity ? 'full' : preset
