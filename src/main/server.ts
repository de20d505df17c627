import { join } from 'node:path'
import { AppError, isAppError } from '../shared/errors'
import { createBackend } from './backend'
import { openBrowser } from './doors/http/open-browser'
import { openHttpDoor } from './doors/http/open-door'
import { parseServerOptions, serverHelp, type ServerOptions } from './doors/http/server-options'
import { findAppRoot } from './files/app-root'
import { systemCode } from './files/write-atomically'
import { log } from './log'
import createDrawingWorker from './workers/drawing.worker?nodeWorker'
import createEngineWorker from './workers/engine.worker?nodeWorker'
import createInferenceWorker from './workers/inference.worker?nodeWorker'

const write = (text: string): void => void process.stdout.write(text)

/** Entry of the browser door: opens it, says where, and closes in good order. */
async function start(): Promise<void> {
  const options = parseServerOptions(process.argv.slice(2))
  if (options === null) return write(serverHelp)
  const { folder } = findAppRoot()
  const backend = await createBackend({
    door: 'browser',
    capabilities: { dialogs: false, reveal: false, folderBrowser: true, droppedPaths: false },
    root: options.root,
    createEngineWorker,
    createInferenceWorker,
    createDrawingWorker,
  })
  try {
    const page = join(folder, 'out/renderer')
    const door = await openHttpDoor({ backend, page, port: options.port, onAddress: tellFirst(options) })
    await asked('SIGINT', 'SIGTERM', 'SIGHUP')
    write('Closing. What runs is stopped at its next safe point and saved.\n')
    await door.close()
  } catch (error) {
    throw systemCode(error) === 'EADDRINUSE'
      ? new AppError('USAGE', { reason: `Port ${options.port} is in use. Choose another --port.` })
      : error
  } finally {
    await backend.close()
    // Nothing native runs any more. Should a socket or a timer be left, it keeps nobody waiting.
    setTimeout(() => process.exit(), 5000).unref()
  }
}

function tellFirst({ openBrowser: shouldOpen }: ServerOptions): (url: string) => void {
  let isFirst = true
  return url => {
    write(
      isFirst ? `SliceTune is open at ${url}\nPress Ctrl+C to close it.\n` : `In another browser: ${url}\n`,
    )
    if (isFirst && shouldOpen) openBrowser(url)
    isFirst = false
  }
}

/** Later ones change nothing: closing is under way, and leaving by force would abort a native run. */
const asked = (...signals: readonly NodeJS.Signals[]): Promise<void> =>
  new Promise(resolve => {
    for (const signal of signals) process.on(signal, () => resolve())
  })

// A terminal that was closed cannot be written to, which is no reason to close less carefully.
process.stdout.on('error', () => undefined)
await start().catch((error: unknown) => {
  if (!isAppError(error)) log.error({ err: error }, 'The browser door failed')
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = isAppError(error) ? error.exitCode : 1
})
