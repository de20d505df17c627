import { join } from 'node:path'
import { AppError } from '../../shared/errors'
import { bundledModel } from '../../shared/domain/evaluation'
import { openProjectStore } from '../database/project-store'
import type { AppState } from '../files/app-state'
import { isOnNetworkShare } from '../files/network-share'
import { log } from '../log'
import { createProjectSession } from './create-session'
import { modelInUse } from './describe-project'
import { claimFolder } from './claim-folder'
import type { Looking } from './open-to-look'
import { openToLook } from './open-to-look'
import { databaseName, projectFolder } from './project-folder'
import type { ProjectSession } from './project-session'

interface Opened {
  readonly session: ProjectSession
  readonly release: () => Promise<void>
}

type OpenedListener = (session: ProjectSession) => void
type ClosingListener = (session: ProjectSession) => Promise<void>

/** The folders that are open in this process: each once, however often it is asked for. */
export class OpenFolders {
  readonly #app: AppState
  /** By folder; promises, so that two calls at once open it once */
  readonly #opening = new Map<string, Promise<Opened>>()
  /** By folder: opened again meanwhile, it waits */
  readonly #closing = new Map<string, Promise<void>>()
  readonly #opened = new Map<string, Opened>()
  readonly #openedListeners: OpenedListener[] = []
  readonly #closingListeners: ClosingListener[] = []

  constructor(app: AppState) {
    this.#app = app
  }

  onOpened(listener: OpenedListener): void {
    this.#openedListeners.push(listener)
  }

  onClosing(listener: ClosingListener): void {
    this.#closingListeners.push(listener)
  }

  all(): ProjectSession[] {
    return [...this.#opened.values()].map(({ session }) => session)
  }

  /** @throws AppError PROJECT_NOT_OPEN */
  get(id: string): ProjectSession {
    const project = this.#opened.get(id)
    if (!project) throw new AppError('PROJECT_NOT_OPEN', { project: id })
    return project.session
  }

  async open(path: string): Promise<ProjectSession> {
    const folder = await projectFolder(path)
    await this.#closing.get(folder)
    const project = this.#opening.get(folder) ?? this.#openOnce(folder)
    this.#opening.set(folder, project)
    return (await project).session
  }

  async close(id: string): Promise<void> {
    const project = this.#opened.get(id)
    if (!project) return
    const { folder } = project.session
    this.#opened.delete(id)
    const end = this.#end(project).finally(() => {
      this.#opening.delete(folder)
      this.#closing.delete(folder)
    })
    const ended = end.catch(() => undefined) // whoever closed it is told
    this.#closing.set(folder, ended)
    await end
  }

  async #openOnce(folder: string): Promise<Opened> {
    let project: Opened | null = null
    try {
      project = await openFolder(folder)
      await remember(this.#app, project.session)
      this.#opened.set(project.session.id, project)
      for (const listener of this.#openedListeners) listener(project.session)
      return project
    } catch (error) {
      if (project) await this.#giveBack(project)
      this.#opening.delete(folder)
      throw error
    }
  }

  async #end({ session, release }: Opened): Promise<void> {
    try {
      for (const listener of this.#closingListeners) await listener(session)
      await remember(this.#app, session)
    } finally {
      await this.#giveBack({ session, release })
    }
  }

  async #giveBack({ session, release }: Opened): Promise<void> {
    this.#opened.delete(session.id)
    session.changes.close()
    session.store.close()
    await release()
  }
}

async function openFolder(folder: string): Promise<Opened> {
  const { lock, lookReason } = await claimFolder(folder)
  let looking: Looking | null = null
  const release = async (): Promise<void> => {
    await looking?.release()
    await lock?.release()
  }
  try {
    if (lookReason !== null) looking = await openToLook(folder, lookReason)
    const store = looking?.store ?? openProjectStore(join(folder, databaseName))
    const isOnShare = await isOnNetworkShare(folder)
    const parts = { id: crypto.randomUUID(), folder, lookReason, isOnShare, store }
    return { session: createProjectSession(parts), release }
  } catch (error) {
    await release()
    throw error
  }
}

/** As the project calls it, such as "v1"; null for the bundled model */
function versionName({ store }: ProjectSession, model: string): string | null {
  if (model === bundledModel) return null
  return store.versions.get(model)?.name ?? model
}

/** A full disk at home is no reason not to open a project elsewhere. */
async function remember(app: AppState, session: ProjectSession): Promise<void> {
  const counts = session.store.slices.counts()
  const model = modelInUse(session)
  const entry = {
    name: session.store.project.get().name,
    folder: session.folder,
    slices: Object.values(counts).reduce((sum, count) => sum + count, 0),
    done: counts.done + counts['nothing-here'],
    openedAt: new Date().toISOString(),
    version: versionName(session, model),
  }
  await app.remember(entry).catch((error: unknown) => {
    log.warn({ err: error }, 'The list of recent projects could not be kept')
  })
}
