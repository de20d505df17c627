import { isAbsolute } from 'node:path'
import {
  BrowserWindow,
  dialog,
  ipcMain,
  shell,
  type IpcMainEvent,
  type IpcMainInvokeEvent,
  type OpenDialogOptions,
} from 'electron'
import * as z from 'zod'
import type { BackendHost } from './backend-host'
import { channels } from './channels'
import { pageAddress } from './protocol'

const Title = z.string().max(200)
const Extensions = z.array(z.string().regex(/^[A-Za-z0-9.]{1,16}$/)).max(100)
const Path = z.string().max(4096).refine(isAbsolute)

/** What a page may ask of the main process: dialogs, the file manager, a connection. Anything else it asks is not heard. */
export function servePageWishes(backend: BackendHost): void {
  ipcMain.handle(channels.chooseFolder, async (event, title: unknown) => {
    const paths = await choose(event, {
      title: Title.parse(title),
      properties: ['openDirectory', 'createDirectory'],
    })
    return paths[0] ?? null
  })
  ipcMain.handle(channels.chooseFiles, (event, title: unknown, extensions: unknown) =>
    choose(event, {
      title: Title.parse(title),
      properties: ['openFile', 'multiSelections'],
      // Dialogs match the last part of a name only: "nii.gz" is found as "gz".
      filters: [{ name: 'SliceTune', extensions: lastParts(Extensions.parse(extensions)) }],
    }),
  )
  ipcMain.handle(channels.reveal, (event, path: unknown) => {
    assertOurPage(event)
    shell.showItemInFolder(Path.parse(path))
  })
  ipcMain.on(channels.connect, event => {
    const port = event.ports[0]
    if (port === undefined || !isOurPage(event)) return
    backend.connect(port)
  })
  ipcMain.on(channels.watchBackend, event => {
    if (isOurPage(event)) event.sender.send(channels.backend, backend.state)
  })
}

async function choose(event: IpcMainInvokeEvent, options: OpenDialogOptions): Promise<string[]> {
  assertOurPage(event)
  const window = BrowserWindow.fromWebContents(event.sender)
  const answer = window === null ? null : await dialog.showOpenDialog(window, options)
  return answer === null || answer.canceled ? [] : answer.filePaths
}

const lastParts = (extensions: readonly string[]): string[] => [
  ...new Set(extensions.map(extension => extension.split('.').at(-1) ?? extension)),
]

const isOurPage = (event: IpcMainEvent | IpcMainInvokeEvent): boolean =>
  event.senderFrame?.url.startsWith(pageAddress) === true

function assertOurPage(event: IpcMainInvokeEvent): void {
  if (!isOurPage(event)) throw new Error('Only the page of SliceTune may ask for this.')
}
