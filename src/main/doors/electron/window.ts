import { join } from 'node:path'
import { BrowserWindow } from 'electron'

/** Behind the page until it is drawn: `--bg-app` of the dark theme, so that opening does not flash white. */
const background = '#0d0f11'

/** Opens the one window; its page has no Node and reaches us only through the preload script. */
export async function openWindow(): Promise<void> {
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
      preload: join(import.meta.dirname, '../preload/index.cjs'),
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
  await window.loadFile(join(import.meta.dirname, '../renderer/index.html'))
}
