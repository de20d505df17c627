import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { AnnotationDraft } from '../../../../src/shared/domain/annotation'
import { encodeRuns } from '../../../../src/shared/masks/rle'
import { openAppState } from '../../../../src/main/files/app-state'
import { createOpenProjects } from '../../../../src/main/projects/create-open-projects'
import { importFile } from '../../../../src/main/projects/import-file'
import type { OpenProjects } from '../../../../src/main/projects/open-projects'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { folderWith, pngWith } from './folders'

export const resources = join(import.meta.dirname, '../../../../resources')

const opened: OpenProjects[] = []
afterEach(async () => {
  for (const projects of opened.splice(0)) await projects.dispose()
})

/** The projects of one process, whose user's folder is `home`; closed after the test. */
export async function openProjectsIn(home: string): Promise<OpenProjects> {
  const projects = createOpenProjects({ app: await openAppState(home), resources })
  opened.push(projects)
  return projects
}

export const side = 8

export interface SmallProject {
  readonly home: string
  readonly folder: string
  readonly projects: OpenProjects
  readonly session: ProjectSession
  /** Ids of its slices, each of `side` x `side` pixels */
  readonly slices: readonly number[]
}

/** A project of its own with some grey pictures and one label class, "Nerve", with the id 1. */
export async function smallProject(pictures = 3): Promise<SmallProject> {
  const home = folderWith({})
  const projects = await openProjectsIn(home)
  const folder = join(home, 'small')
  const session = await projects.create('Small', folder)
  const names = Array.from({ length: pictures }, (_, index) => `image-${index}.png`)
  const files = names.map((name, index) => [name, pngWith(side, side, [200 + index, 1, 1, 4, 4])] as const)
  const source = folderWith(Object.fromEntries(files))
  const slices: number[] = []
  for (const name of names) {
    const plan = { file: join(source, name), maskFile: null, spacingMm: null, group: null }
    const target = { store: session.store, folder, copy: true, labelName: String }
    slices.push(...(await importFile(plan, target)).sliceIds)
  }
  session.store.labels.add('Nerve')
  return { home, folder, projects, session, slices }
}

/** A mask over the pixels `from` to `to`, row-major. */
export function drawing(from: number, to: number, labelId = 1): AnnotationDraft {
  const mask = new Uint8Array(side * side).fill(1, from, to)
  return {
    id: null,
    labelId,
    runs: encodeRuns(mask),
    status: 'accepted',
    origin: 'drawn',
    prompt: { box: { x0: from % side, y0: 0, x1: side - 1, y1: side - 1 }, points: [] },
    predictedIou: 0.5,
    model: null,
  }
}
