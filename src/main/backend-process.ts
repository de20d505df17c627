import { createBackend } from './backend'
import { serveWindow } from './doors/electron/serve-window'
import createDrawingWorker from './workers/drawing.worker?nodeWorker'
import createEngineWorker from './workers/engine.worker?nodeWorker'
import createInferenceWorker from './workers/inference.worker?nodeWorker'

/** Entry of the window's backend, in a process of its own (`utilityProcess`). */
serveWindow(
  process.parentPort,
  await createBackend({
    door: 'window',
    capabilities: { dialogs: true, reveal: true, folderBrowser: false, droppedPaths: true },
    root: null,
    createEngineWorker,
    createInferenceWorker,
    createDrawingWorker,
  }),
  () => process.exit(),
)
