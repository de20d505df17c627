import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { electronBinary } from '../../../scripts/electron-binary.mjs'
import { complaintsOf } from '../browser'
import { callFromPage } from './call-from-page'

const binary = electronBinary()

/** The stand-in cannot show the sandbox, the isolated preload or the scheme; where Electron itself is, it does. */
describe.skipIf(binary === null)('in Electron itself (run "npx install-electron" for it)', () => {
  test('the window shows its page, keeps Node out of it, and calls its backend', async () => {
    const home = mkdtempSync(join(tmpdir(), 'slicetune-electron-'))
    const app = await _electron.launch({
      executablePath: binary ?? '',
      args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), process.cwd()],
      env: { ...process.env, SLICETUNE_HOME: home },
    })
    try {
      const page = await app.firstWindow()
      const complaints = complaintsOf(page)
      await expect.poll(() => page.getByRole('main').count(), { timeout: 30_000 }).toBe(1)

      expect(page.url()).toMatch(/^slicetune:\/\/app\//)
      expect(await page.evaluate(() => 'require' in window || 'process' in window)).toBe(false)
      expect(await callFromPage(page, '/system/info')).toMatchObject({
        status: 200,
        body: { door: 'window' },
      })
      expect(await callFromPage(page, '/projects/openSample')).toMatchObject({ status: 200 })
      expect(complaints).toEqual([])
    } finally {
      await app.close()
      rmSync(home, { recursive: true, force: true, maxRetries: 5 })
    }
  })
})
