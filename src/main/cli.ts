import { main } from './doors/cli/main'
import { failureOf } from './doors/cli/exit-codes'
import { neededNapi } from '../shared/domain/needs'
import { AppError } from '../shared/errors'
import { modelFolders } from './files/model-folders'
import { createBackend } from './backend'
import { createCommandRunner } from './commands'
import { findAppRoot } from './files/app-root'
import createInferenceWorker from './workers/inference.worker?nodeWorker'
import createWorker from './workers/engine.worker?nodeWorker'

/** Entry of the command line: wires the parts and sets the exit code, but never leaves the process by force. */
async function start(): Promise<void> {
  leaveQuietlyWhenNobodyReads()
  if (Number(process.versions['napi']) < neededNapi) {
    const failure = failureOf(new AppError('NODE_TOO_OLD', { found: process.version }))
    process.stderr.write(`${failure.message}\n`)
    process.exitCode = failure.exitCode
    return
  }
  const { folder, version } = findAppRoot()
  const runner = createCommandRunner({
    createWorker,
    folders: modelFolders(folder),
    openBackend: () =>
      createBackend({
        door: 'command-line',
        capabilities: { dialogs: false, reveal: false, folderBrowser: false, droppedPaths: true },
        root: null,
        createEngineWorker: createWorker,
        createInferenceWorker,
      }),
  })
  process.exitCode = await main(process.argv.slice(2), { streams: process, runner, version })
}

/**
 * `slicetune … | head` closes the pipe. What follows is not printed, and the job is asked to stop as by Ctrl+C:
 * leaving at once would abort a native run.
 */
function leaveQuietlyWhenNobodyReads(): void {
  let closed = false
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') throw error
    if (closed) return
    closed = true
    process.emit('SIGINT', 'SIGINT')
  })
}

await start()
