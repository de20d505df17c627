import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { bundledModel } from '../../shared/domain/evaluation'
import { openProjectStore } from '../database/project-store'
import type { AppState } from '../files/app-state'
import { makeFolder } from '../files/make-folder'
import { isOnNetworkShare } from '../files/network-share'
import { createProjectSession } from './create-session'
import { modelInUse } from './describe-project'
import type { OpenProjects } from './open-projects'
import type { FolderLock } from '../files/folder-lock'
import { claimFolder, databaseName, makeProject, projectFolder } from './project-folder'
import type { ProjectSession } from './project-session'
import { makeSample } from './sample'

export interface OpenProjectsParts {
  readonly app: AppState
  /** `resources/` of SliceTune itself, which is only read */
  readonly resources: string
}

interface Opened {
  readonly session: ProjectSession
  readonly lock: FolderLock | null
}

export function createOpenProjects({ app, resources }: OpenProjectsParts): OpenProjects {
  /** By folder; a promise, so that two calls at once open it once */
  const opening = new Map<string, Promise<Opened>>()
  const opened = new Map<string, Opened>()
  const openedListeners: ((session: ProjectSession) => void)[] = []
  const closingListeners: ((session: ProjectSession) => Promise<void>)[] = []

  const open = async (path: string): Promise<ProjectSession> => {
    const folder = await projectFolder(path)
    const known = opening.get(folder)
    if (known) return (await known).session
    const promise = openFolder(folder)
    opening.set(folder, promise)
    try {
      const project = await promise
      opened.set(project.session.id, project)
      await remember(app, project.session)
      for (const listener of openedListeners) listener(project.session)
      return project.session
    } catch (error) {
      opening.delete(folder)
      throw error
    }
  }

  const close = async (id: string): Promise<void> => {
    const project = opened.get(id)
    if (!project) return
    opened.delete(id)
    for (const listener of closingListeners) await listener(project.session)
    await remember(app, project.session)
    project.session.changes.close()
    project.session.store.close()
    await project.lock?.release()
    opening.delete(project.session.folder)
  }

  const projectsFolder = join(app.folder, 'projects')
  let sample: Promise<void> | null = null

  return {
    get: id => {
      const project = opened.get(id)
      if (!project) throw new AppError('PROJECT_NOT_OPEN', { project: id })
      return project.session
    },
    open,
    create: async (name, folder) => {
      const place = folder ?? freeFolder(projectsFolder, name)
      await makeProject(place, name)
      return open(place)
    },
    openSample: async () => {
      const folder = join(projectsFolder, 'sample')
      if (!existsSync(join(folder, databaseName))) {
        await makeFolder(projectsFolder)
        sample ??= makeSample(resources, folder).finally(() => (sample = null))
        await sample
      }
      return open(folder)
    },
    close,
    all: () => [...opened.values()].map(({ session }) => session),
    onOpened: listener => void openedListeners.push(listener),
    onClosing: listener => void closingListeners.push(listener),
    dispose: async () => {
      for (const id of [...opened.keys()]) await close(id)
    },
  }
}

async function openFolder(folder: string): Promise<Opened> {
  const { lock, lookReason } = await claimFolder(folder)
  try {
    const mode = lookReason === null ? 'edit' : 'look'
    const store = openProjectStore(join(folder, databaseName), { mode })
    const isOnShare = await isOnNetworkShare(folder)
    const parts = { id: crypto.randomUUID(), folder, lookReason, isOnShare, store }
    return { session: createProjectSession(parts), lock }
  } catch (error) {
    await lock?.release()
    throw error
  }
}

async function remember(app: AppState, session: ProjectSession): Promise<void> {
  const counts = session.store.slices.counts()
  const model = modelInUse(session)
  await app.remember({
    name: session.store.project.get().name,
    folder: session.folder,
    slices: Object.values(counts).reduce((sum, count) => sum + count, 0),
    done: counts.done + counts['nothing-here'],
    openedAt: new Date().toISOString(),
    version: model === bundledModel ? null : model,
  })
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
