import { join } from 'node:path'
import { afterEach } from 'vitest'
import { openProjectStore } from '../../../../src/main/database/project-store'
import { train } from '../../../../src/main/jobs/train'
import { createProjectSession } from '../../../../src/main/projects/create-session'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { readImageFile } from '../../../../src/main/codecs'
import { createTrainings } from '../../../../src/main/trainings/create-trainings'
import type { RunJob } from '../../../../src/main/trainings/run-job'
import type { TrainingSpeed, TrainingSpeeds } from '../../../../src/main/trainings/training-speeds'
import { speedName } from '../../../../src/main/trainings/training-speeds'
import type { RunEvent } from '../../../../src/shared/contract/training'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { discFiles } from '../support/disc-slices'
import { engineContext } from '../support/engine-context'
import { folderWith } from '../support/folders'

const opened: ProjectSession[] = []
afterEach(() => {
  for (const { store } of opened.splice(0)) store.close()
})

export interface DiscProject {
  /** Slices that are done; each of a patient of its own */
  readonly done: number
  /** Slices in which somebody has seen that there is nothing */
  readonly empty?: number
  /** One patient for all */
  readonly group?: string
}

/** A project of disc slices whose masks are accepted. */
export async function discProject({ done, empty = 0, group }: DiscProject): Promise<ProjectSession> {
  const folder = folderWith(discFiles(done + empty))
  const store = openProjectStore(join(folder, 'project.sqlite'), { create: true })
  store.project.create({ uuid: 'u', name: 'Discs', createdAt: new Date().toISOString() })
  const label = store.labels.add('Disc')
  for (let seed = 0; seed < done + empty; seed++) {
    const path = `images/disc-${seed}.png`
    const seriesId = store.series.add({
      ...{ name: `disc-${seed}`, kind: 'picture', path, isCopied: true, bytes: 1, sha256: String(seed) },
      ...{ group: group ?? `patient ${seed}`, axis: null, planes: 1, directions: null },
    })
    const size = { width: 64, height: 64, spacingMm: null, plane: null }
    const state = seed < done ? 'done' : 'nothing-here'
    const id = store.slices.add({ seriesId, name: `disc-${seed}`, state, ...size })
    if (seed >= done) continue
    const { pixels } = await readImageFile(join(folder, `masks/disc-${seed}.png`), 'labels')
    store.annotations.put(id, {
      ...{ id: null, labelId: label.id, runs: encodeRuns(Uint8Array.from(pixels.data as Uint8Array)) },
      ...{ status: 'accepted', origin: 'drawn', prompt: null, predictedIou: null, model: null },
      ...{ box: null, areaPx: 1 },
    })
  }
  const session = createProjectSession({ id: 'p', folder, lookReason: null, isOnShare: false, store })
  opened.push(session)
  return session
}

/** The job in the test's own thread, on the real engine, at 64 pixels. */
export const inThisThread: RunJob = (options, stop) => train(options, engineContext(stop))

export const trainingsOf = (runJob: RunJob = inThisThread, speeds = keptSpeeds()) =>
  createTrainings({ runJob, cores: () => 2, speeds })

/** Changes that make a run of seconds. */
export const shortRun = { resolution: 64, epochs: 2, batchSize: 2, seed: 1, finder: false }

export async function watched(
  events: AsyncIterable<RunEvent>,
  onEvent: (event: RunEvent) => void = () => undefined,
): Promise<RunEvent[]> {
  const all: RunEvent[] = []
  for await (const event of events) {
    onEvent(event)
    all.push(event)
  }
  return all
}

/** As the user's state keeps them, without a file. */
export function keptSpeeds(): TrainingSpeeds & { readonly all: Map<string, TrainingSpeed> } {
  const all = new Map<string, TrainingSpeed>()
  return {
    all,
    get: key => all.get(speedName(key)) ?? null,
    keep: (key, speed) => {
      all.set(speedName(key), speed)
      return Promise.resolve()
    },
  }
}
