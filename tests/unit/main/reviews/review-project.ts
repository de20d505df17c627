import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { tensor } from '../../../../src/core/tensor/tensor'
import { writePng } from '../../../../src/main/codecs'
import { openAppState } from '../../../../src/main/files/app-state'
import { createOpenProjects } from '../../../../src/main/projects/create-open-projects'
import type { OpenProjects } from '../../../../src/main/projects/open-projects'
import type { ProjectSession } from '../../../../src/main/projects/project-session'
import { folderWith, pngWith, writeFiles } from '../support/folders'

export interface ReviewProject {
  readonly projects: OpenProjects
  readonly session: ProjectSession
  /** In the order of the list */
  readonly slices: readonly number[]
}

const [width, height] = [24, 16]

/** A project of pictures, each with one grey rectangle; a grey of 0 is a black slice. */
export async function projectOf(greys: readonly number[]): Promise<ReviewProject> {
  const home = folderWith({})
  const projects = createOpenProjects({
    app: await openAppState(home),
    resources: join(import.meta.dirname, '../../../../resources'),
  })
  onTestFinished(() => projects.dispose())
  const session = await projects.create('Review', join(home, 'review'))
  const slices = greys.map((grey, index) => addPicture(session, `${index}.png`, picture(grey, index)))
  return { projects, session, slices }
}

const picture = (grey: number, index: number): Uint8Array =>
  grey === 0
    ? writePng(tensor('uint8', [height, width], new Uint8Array(width * height)))
    : pngWith(width, height, [grey, 4 + (index % 3), 4, 15, 11])

/** Adds a picture as an import does, without its checks. @returns the slice */
export function addPicture(session: ProjectSession, name: string, bytes: Uint8Array): number {
  writeFiles(session.folder, { [`images/${name}`]: bytes })
  const { store } = session
  const seriesId = store.series.add({
    ...{ name, kind: 'picture', path: `images/${name}`, isCopied: true, bytes: bytes.length },
    ...{ sha256: name, group: name, axis: null, planes: 1, directions: null },
  })
  const place = { seriesId, name, plane: null, width, height, spacingMm: null }
  return store.slices.add({ ...place, state: 'to-do' })
}
