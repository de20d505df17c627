import { mkdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod'
import { Settings } from '../../shared/contract/system'
import { log } from '../log'
import { TrainingSpeed } from '../trainings/training-speeds'
import { systemCode, writeAtomically } from './write-atomically'

const RecentProject = z.object({
  name: z.string(),
  folder: z.string(),
  slices: z.int(),
  done: z.int(),
  openedAt: z.iso.datetime(),
  /** Name of the tuned model in use; null: a base */
  version: z.string().nullable(),
})
export type RecentProject = z.infer<typeof RecentProject>

const MeasuredModel = z.object({
  secondsPerSlice: z.number(),
  millisecondsPerMask: z.number(),
  measuredAt: z.iso.datetime(),
})
export type MeasuredModel = z.infer<typeof MeasuredModel>

const StateFile = z.object({
  settings: Settings.prefault({}),
  recent: z.array(RecentProject).default([]),
  /** By model ID */
  measured: z.record(z.string(), MeasuredModel).default({}),
  /** By `speedName` */
  trainingSpeeds: z.record(z.string(), TrainingSpeed).default({}),
})
type StateFile = z.infer<typeof StateFile>

const mostRecent = 30

/** What is kept for the user rather than for a project: settings, recent projects, what was measured on this computer. */
export interface AppState {
  /** The user's folder: projects that are made without one, models, caches */
  readonly folder: string
  settings(): Settings
  changeSettings(change: Partial<Settings>): Promise<Settings>
  /** The last opened first */
  recent(): readonly RecentProject[]
  remember(project: RecentProject): Promise<void>
  forget(folder: string): Promise<void>
  /** What a model takes on this computer; null where it was not measured yet */
  measured(model: string): MeasuredModel | null
  keepMeasured(model: string, figures: MeasuredModel): Promise<void>
  /** What a training takes on this computer; null where none was measured yet */
  trainingSpeed(name: string): TrainingSpeed | null
  keepTrainingSpeed(name: string, speed: TrainingSpeed): Promise<void>
}

/** @param folder - see `userDataFolder`; it is made when something is kept */
export async function openAppState(folder: string): Promise<AppState> {
  const file = join(folder, 'state.json')
  let state = await readState(file)
  let writing: Promise<unknown> = Promise.resolve()
  const change = (edit: (state: StateFile) => StateFile): Promise<StateFile> => {
    const next = writing.then(async () => {
      // Another SliceTune may have written meanwhile.
      state = edit(await readState(file))
      await mkdir(folder, { recursive: true })
      await writeAtomically(file, `${JSON.stringify(state, null, 2)}\n`)
      return state
    })
    writing = next.catch(() => undefined) // whoever asked is told
    return next
  }
  return {
    folder,
    settings: () => state.settings,
    changeSettings: async edit =>
      (await change(old => ({ ...old, settings: Settings.parse({ ...old.settings, ...edit }) }))).settings,
    recent: () => state.recent,
    remember: async project => {
      const isOther = (other: RecentProject): boolean => other.folder !== project.folder
      await change(old => ({
        ...old,
        recent: [project, ...old.recent.filter(isOther)].slice(0, mostRecent),
      }))
    },
    forget: async gone => {
      await change(old => ({ ...old, recent: old.recent.filter(project => project.folder !== gone) }))
    },
    measured: model => state.measured[model] ?? null,
    keepMeasured: async (model, figures) => {
      await change(old => ({ ...old, measured: { ...old.measured, [model]: figures } }))
    },
    trainingSpeed: name => state.trainingSpeeds[name] ?? null,
    keepTrainingSpeed: async (name, speed) => {
      await change(old => ({ ...old, trainingSpeeds: { ...old.trainingSpeeds, [name]: speed } }))
    },
  }
}

/** A damaged file is kept aside, for whoever wants to mend it, and everything begins anew. */
async function readState(file: string): Promise<StateFile> {
  let text: string
  try {
    text = await readFile(file, 'utf8')
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') log.warn({ file, err: error }, 'The settings cannot be read')
    return StateFile.parse({})
  }
  const parsed = StateFile.safeParse(jsonOf(text))
  if (parsed.success) return parsed.data
  log.warn({ file }, 'The settings are damaged and were put aside')
  await rename(file, `${file}.damaged`).catch(() => undefined) // then it is written over
  return StateFile.parse({})
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
