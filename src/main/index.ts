import { app, BrowserWindow } from 'electron'
import { denyEverythingUnasked } from './doors/electron/guard'
import { openWindow } from './doors/electron/window'

denyEverythingUnasked(app)

app.on('window-all-closed', () => {
  // On macOS an app stays until Cmd+Q.
  if (process.platform !== 'darwin') app.quit()
})

app.on('activate', () => {
  if (BrowserWindow.getAllWindows().length === 0) void openWindow()
})

void app.whenReady().then(openWindow)
