import { join } from 'node:path'
import { app, BrowserWindow, utilityProcess } from 'electron'
import { BackendHost } from './backend-host'
import { channels } from './channels'
import { denyEverythingUnasked } from './guard'
import { createKeepAwake } from './keep-awake'
import { setMenu } from './menu'
import { registerScheme, servePage } from './protocol'
import { quitInOrder } from './quit-in-order'
import { servePageWishes } from './serve-page-wishes'
import { openWindow, preloadFile, showWindow } from './window'

export interface AppOptions {
  /** Built file of the backend's process */
  readonly backend: string
  /** Folder of the built main file */
  readonly mainFolder: string
}

/** The desktop app: one window, one backend process, and nothing that a page could reach besides. */
export function openApp(options: AppOptions): void {
  // Two main processes would mean two backends over the same projects.
  if (!app.requestSingleInstanceLock()) {
    app.quit()
    return
  }
  registerScheme()
  denyEverythingUnasked(app)
  app.on('second-instance', showWindow)
  app.on('window-all-closed', () => {
    // On macOS an app stays until Cmd+Q.
    if (process.platform !== 'darwin') app.quit()
  })
  void app.whenReady().then(() => run(options))
}

async function run({ backend, mainFolder }: AppOptions): Promise<void> {
  const host = new BackendHost({
    fork: () => utilityProcess.fork(backend, [], { serviceName: 'SliceTune backend', stdio: 'inherit' }),
    onState: state => {
      for (const window of BrowserWindow.getAllWindows()) window.webContents.send(channels.backend, state)
    },
    onTraining: createKeepAwake(),
  })
  quitInOrder(app, () => host.close())
  setMenu()
  servePage({ folder: join(mainFolder, '../renderer'), readBlob: path => host.readBlob(path) })
  servePageWishes(host)
  const preload = preloadFile(mainFolder)
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) void openWindow(preload)
  })
  await openWindow(preload)
}
