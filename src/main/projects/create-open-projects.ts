import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AppState } from '../files/app-state'
import { makeFolder } from '../files/make-folder'
import { OpenFolders } from './open-folders'
import type { OpenProjects } from './open-projects'
import { databaseName, makeProject } from './project-folder'
import { makeSample } from './sample'

export interface OpenProjectsParts {
  readonly app: AppState
  /** `resources/` of SliceTune itself, which is only read */
  readonly resources: string
}

export function createOpenProjects({ app, resources }: OpenProjectsParts): OpenProjects {
  const folders = new OpenFolders(app)
  const projectsFolder = join(app.folder, 'projects')
  let sample: Promise<void> | null = null
  return {
    get: id => folders.get(id),
    open: path => folders.open(path),
    create: async (name, folder) => {
      const place = folder ?? freeFolder(projectsFolder, name)
      await makeProject(place, name)
      return folders.open(place)
    },
    openSample: async () => {
      const folder = join(projectsFolder, 'sample')
      if (!existsSync(join(folder, databaseName))) {
        await makeFolder(projectsFolder)
        sample ??= makeSample(resources, folder).finally(() => (sample = null))
        await sample
      }
      return folders.open(folder)
    },
    close: id => folders.close(id),
    all: () => folders.all(),
    onOpened: listener => folders.onOpened(listener),
    onClosing: listener => folders.onClosing(listener),
    dispose: async () => {
      for (const { id } of folders.all()) await folders.close(id)
    },
  }
}

/** A folder that is not there yet, named after the project as far as file systems let it. */
function freeFolder(parent: string, name: string): string {
  const plain =
    name
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '_')
      .trim()
      .slice(0, 60) || 'project'
  for (let copy = 1; ; copy++) {
    const folder = join(parent, copy === 1 ? plain : `${plain} ${copy}`)
    if (!existsSync(folder)) return folder
  }
}
