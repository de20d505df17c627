import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import * as z from 'zod'
import { complaintsOf, withBrowser } from '../browser'
import { StartPage } from '../pages/start.page'
import { StandInSession, standInForElectron, type ElectronStandIn } from './electron-stand-in'

const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync('package.json', 'utf8')))

test('the built window opens its page, tells its version, and refuses to open, go or use anything else', async () => {
  await withBrowser(
    { size: { width: 1440, height: 900 }, locale: 'en-GB', fileAccess: true },
    async context => {
      const session = new StandInSession()
      const electron = standInForElectron(context, session)
      const complaints: string[][] = []
      context.on('page', page => complaints.push(complaintsOf(page)))
      try {
        await electron.start(join(process.cwd(), 'out/main/index.js'))
        await expect.poll(() => electron.windows[0]?.shown).toBe(true)
        await checkWindow(electron, session)
        expect(complaints.flat()).toEqual([])
      } finally {
        electron.stop()
      }
    },
  )
})

async function checkWindow(electron: ElectronStandIn, session: StandInSession): Promise<void> {
  const window = electron.windows[0]
  const page = window?.page
  if (window === undefined || page === null || page === undefined) throw new Error('no window was opened')
  expect(window.options.webPreferences).toMatchObject({
    sandbox: true,
    contextIsolation: true,
    nodeIntegration: false,
  })
  expect(existsSync(window.options.webPreferences.preload)).toBe(true)

  const start = new StartPage(page)
  await expect.poll(() => start.status.innerText()).toContain(`Version ${version}`)
  expect(await start.commands.count()).toBe(2)

  expect(window.webContents.openHandler?.({ url: 'https://example.org' })).toEqual({ action: 'deny' })
  for (const event of ['will-navigate', 'will-redirect', 'will-attach-webview']) {
    let prevented = false
    window.webContents.emit(event, { preventDefault: () => (prevented = true) })
    expect(prevented, event).toBe(true)
  }
  const answers: boolean[] = []
  for (const permission of ['media', 'geolocation', 'notifications', 'usb']) {
    session.permissionRequest?.(null, permission, allowed => answers.push(allowed))
  }
  expect(answers).toEqual([false, false, false, false])
  expect(session.permissionCheck?.()).toBe(false)
  expect(session.devicePermission?.()).toBe(false)

  electron.app.emit('window-all-closed')
  expect(electron.quits()).toBe(process.platform === 'darwin' ? 0 : 1)
}
