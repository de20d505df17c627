import type { App } from 'electron'

/** The app ends when the backend has: its projects closed and its run saved. */
export function quitInOrder(app: App, close: () => Promise<void>): void {
  let progress: 'open' | 'closing' | 'closed' = 'open'
  app.on('before-quit', event => {
    if (progress === 'closed') return
    event.preventDefault()
    if (progress === 'closing') return
    progress = 'closing'
    void close().finally(() => {
      progress = 'closed'
      app.quit()
    })
  })
}
