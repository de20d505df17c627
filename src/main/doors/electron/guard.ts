import { session, type App, type WebContents } from 'electron'

/** The page shows local files only: it opens nothing, goes nowhere and may use no device, whatever got into it. */
export function denyEverythingUnasked(app: App): void {
  app.on('web-contents-created', (_event, contents) => {
    stayOnThePage(contents)
  })
  void app.whenReady().then(() => {
    session.defaultSession.setPermissionRequestHandler((_contents, _permission, answer) => {
      answer(false)
    })
    session.defaultSession.setPermissionCheckHandler(() => false)
    session.defaultSession.setDevicePermissionHandler(() => false)
  })
}

function stayOnThePage(contents: WebContents): void {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-navigate', event => {
    event.preventDefault()
  })
  contents.on('will-redirect', event => {
    event.preventDefault()
  })
  contents.on('will-attach-webview', event => {
    event.preventDefault()
  })
}
