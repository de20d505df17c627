import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import type { Capabilities } from '../shared/contract/system'
import { createDraw } from './blobs/draw-task'
import { DrawingThread } from './blobs/drawing-thread'
import { keepPicture } from './blobs/project-picture'
import { readBlob } from './blobs/read-blob'
import { findAppRoot } from './files/app-root'
import { openAppState } from './files/app-state'
import { modelFolders, userDataFolder } from './files/model-folders'
import { restEncoding, startBackgroundEncoding } from './inference/background-encoding'
import { createInference } from './inference/create-inference'
import { createOpenProjects } from './projects/create-open-projects'
import type { ReadBlob } from './services/blob-bytes'
import { router } from './services/router'
import type { Door, ServiceContext } from './services/service-context'
import { createTrainings } from './trainings/create-trainings'
import { speedName } from './trainings/training-speeds'
import { runJob, type CreateWorker } from './workers/spawn'

/** What every door serves: the window's in a process of its own, the others' in theirs. */
export interface Backend {
  readonly context: ServiceContext
  readonly router: typeof router
  readonly readBlob: ReadBlob
  /** Stops what runs at its next safe point and closes every project. */
  close(): Promise<void>
}

export interface BackendOptions {
  readonly door: Door
  readonly capabilities: Capabilities
  /** See `ServiceContext.root` */
  readonly root: string | null
  /** The thread of jobs: training, and what the command line runs */
  readonly createEngineWorker: CreateWorker
  /** The thread that answers prompts */
  readonly createInferenceWorker: CreateWorker
  /** The thread that draws thumbnails; absent: they are drawn in this one, as for a command */
  readonly createDrawingWorker?: CreateWorker
  /** Where the user's projects, models, settings and caches are */
  readonly home?: string
}

export async function createBackend(options: BackendOptions): Promise<Backend> {
  const { door, capabilities, root, createEngineWorker, createInferenceWorker } = options
  const { folder, version } = findAppRoot()
  const home = options.home ?? userDataFolder(process.env)
  const folders = { ...modelFolders(folder), user: join(home, 'models') }
  const app = await openAppState(home)
  const cores = (): number => app.settings().threads ?? availableParallelism()
  const projects = createOpenProjects({ app, resources: join(folder, 'resources') })
  const inference = createInference({
    createWorker: createInferenceWorker,
    folders,
    cacheFolder: join(home, 'cache', 'embeddings'),
    cacheLimitBytes: app.settings().cacheGigabytes * 1e9,
    threads: cores(),
  })
  const trainings = createTrainings({
    runJob: (options, stop) => runJob({ name: 'train', options }, { createWorker: createEngineWorker, stop }),
    cores,
    speeds: {
      get: key => app.trainingSpeed(speedName(key)),
      keep: (key, speed) => app.keepTrainingSpeed(speedName(key), speed),
    },
  })
  projects.onOpened(session => trainings.recover(session))
  projects.onClosing(session => trainings.leave(session))
  const drawing = options.createDrawingWorker ? new DrawingThread(options.createDrawingWorker) : null
  const draw = drawing?.draw ?? createDraw()
  projects.onClosing(session => keepPicture(home, session, draw))
  const context = { door, capabilities, version, app, projects, inference, trainings, folders, root }
  // A command does what it was asked for, and ends.
  if (door !== 'command-line') startBackgroundEncoding(context)
  return {
    context,
    router,
    readBlob: blob => {
      const session = projects.all().find(({ id }) => id === blob.project)
      if (session) restEncoding(session)
      return readBlob({ projects, draw }, blob)
    },
    close: async () => {
      // Training first, because it writes to projects and asks for the model.
      await trainings.dispose()
      await projects.dispose()
      await inference.dispose()
      await drawing?.dispose()
    },
  }
}
