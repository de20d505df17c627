import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterEach, beforeEach, expect } from 'vitest'
import { complaintsOf, withBrowser } from '../browser'
import { standInForElectron, type ElectronStandIn, type StandInOptions } from './electron-stand-in'

const mainFile = join(process.cwd(), 'out/main/index.js')

export interface WithAppOptions extends Omit<StandInOptions, 'context'> {
  /** Complaints of the page that belong to the test */
  readonly expected?: RegExp
}

type UseApp = (electron: ElectronStandIn, page: Page) => Promise<void>

/** @returns what opens the built app, hands over its window, and closes it as a person does; each test has its own home */
export function useApp(): (options: WithAppOptions, use: UseApp) => Promise<void> {
  let home = ''
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'slicetune-window-'))
  })
  afterEach(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))
  return ({ expected = /^$/, ...options }, use) =>
    withBrowser({ size: { width: 1440, height: 900 }, locale: 'en-GB' }, async context => {
      const complaints: string[][] = []
      context.on('page', page => complaints.push(complaintsOf(page)))
      const electron = standInForElectron({ context, env: { SLICETUNE_HOME: home }, ...options })
      try {
        await electron.start(mainFile)
        await expect.poll(() => electron.windows[0]?.shown, { timeout: 30_000 }).toBe(true)
        const page = electron.windows[0]?.page
        if (page === null || page === undefined) throw new Error('no page was opened')
        await use(electron, page)
        electron.app.quit()
        await expect.poll(() => electron.hasQuit(), { timeout: 30_000 }).toBe(true)
        expect(electron.backends.every(backend => backend.pid === undefined)).toBe(true)
        expect(complaints.flat().filter(complaint => !expected.test(complaint))).toEqual([])
      } finally {
        electron.stop()
      }
    })
}
