import { join } from 'node:path'
import { BrowserWindow } from 'electron'
import { pageAddress } from './protocol'

/** Behind the page until it is drawn: `--bg-app` of the dark theme, so that opening does not flash white. */
const background = '#0d0f11'

/** Opens the one window; its page has no Node and reaches us only through the preload script. */
export async function openWindow(preload: string): Promise<void> {
  const window = new BrowserWindow({
    title: 'SliceTune',
    width: 1440,
    height: 900,
    minWidth: 880,
    minHeight: 600,
    show: false,
    backgroundColor: background,
    autoHideMenuBar: true,
    webPreferences: {
      preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false, // its dictionaries would be fetched from the network
    },
  })
  window.once('ready-to-show', () => {
    window.show()
  })
  await window.loadURL(pageAddress)
}

/** The preload script, seen from the built main file. */
export const preloadFile = (mainFolder: string): string => join(mainFolder, '../preload/index.cjs')

/** Brings the window to the front that is there already, when the app is started a second time. */
export function showWindow(): void {
  const window = BrowserWindow.getAllWindows()[0]
  if (window === undefined) return
  if (window.isMinimized()) window.restore()
  window.focus()
}
