import { contextBridge, ipcRenderer, webUtils } from 'electron'

/** The names are those of `main/doors/electron/channels.ts`: a sandboxed script is one file and imports nothing. */
const listeners = new Set<(state: string) => void>()

ipcRenderer.on('slicetune:backend', (_event, state: unknown) => {
  for (const listener of listeners) listener(String(state))
})

// A port cannot pass through the bridge below, but a message of the page's own window carries it here.
window.addEventListener('message', event => {
  const port = event.ports[0]
  if (event.source === window && event.data === 'slicetune:connect' && port !== undefined)
    ipcRenderer.postMessage('slicetune:connect', null, [port])
})

contextBridge.exposeInMainWorld('slicetune', {
  version: __SLICETUNE_VERSION__,
  pathOf: (file: File): string => webUtils.getPathForFile(file),
  chooseFolder: (title: string): Promise<unknown> => ipcRenderer.invoke('slicetune:choose-folder', title),
  chooseFiles: (title: string, extensions: readonly string[]): Promise<unknown> =>
    ipcRenderer.invoke('slicetune:choose-files', title, extensions),
  reveal: (path: string): Promise<unknown> => ipcRenderer.invoke('slicetune:reveal', path),
  onBackend: (listener: (state: string) => void): void => {
    listeners.add(listener)
    ipcRenderer.send('slicetune:watch-backend')
  },
})
