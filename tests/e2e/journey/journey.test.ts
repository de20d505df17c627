import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import * as z from 'zod'
import { startAppServer, type AppServer } from '../app-server'
import { complaintsOf, withBrowser } from '../browser'
import { drawn, Journey } from './journey'
import { Keyboard } from './keyboard'
import { KeyboardWalk } from './keyboard-walk'
import { checkAccessible, cutOff, picture } from './look'
import { connectApp } from '../app-client'

const home = mkdtempSync(join(tmpdir(), 'slicetune-journey-'))
afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 5 }))

/** What was on its way when a newer picture, or another page, took its place */
const replaced = /ERR_ABORTED$/

/** A browser at a server of its own; whatever the page complains about or asks of others is a fault. */
async function visit(use: (page: Page, server: AppServer) => Promise<void>): Promise<void> {
  const server = await startAppServer({ home })
  try {
    await withBrowser({ size: { width: 1440, height: 900 }, locale: 'en-GB' }, async context => {
      const page = await context.newPage()
      const complaints = complaintsOf(page)
      const elsewhere: string[] = []
      page.on('request', request => {
        const url = new URL(request.url())
        if (url.origin !== server.origin && !['data:', 'blob:'].includes(url.protocol))
          elsewhere.push(url.href)
      })
      await page.goto(server.address())
      await use(page, server)
      expect(complaints.filter(complaint => !replaced.test(complaint))).toEqual([])
      expect(elsewhere).toEqual([])
    })
  } finally {
    expect(await server.stop(), server.output()).toBe(0)
  }
}

const CocoFile = z.object({ images: z.array(z.unknown()), annotations: z.array(z.unknown()) })

test(
  'a person opens the sample, draws, corrects, tunes, reviews and exports; after a restart all is there',
  { timeout: 1_800_000 },
  async () => {
    await visit(async page => {
      const journey = new Journey(page)
      await journey.openSample()
      await journey.annotate()
      await journey.tune(3)
      await journey.review()
      const folder = await journey.export()
      const files = readdirSync(folder).filter(name => name.endsWith('.json') && name !== 'report.json')
      const parts = files.map(name => CocoFile.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
      // Ten came annotated, one was drawn, one was accepted in review.
      expect(parts.flatMap(({ images }) => images)).toHaveLength(12)
      expect(parts.flatMap(({ annotations }) => annotations).length).toBeGreaterThanOrEqual(12)
    })

    await visit(async page => {
      const journey = new Journey(page)
      const recent = page.getByRole('button', { name: /^Fetal head ultrasound/ })
      expect(await recent.innerText()).toMatch(/\bv1\b/)
      await recent.click()
      await journey.find(drawn.name)
      expect(await journey.row(drawn.name).innerText()).toContain('1 object')
      await journey.tab('Review')
      await expect.poll(() => journey.count('accepted'), { timeout: 30_000 }).toBe(1)
      expect(await journey.count('rejected')).toBe(1)
      await journey.tab('Fine-tune')
      await page.getByText(/v1 is in use/).waitFor({ timeout: 30_000 })
      // The tuned model is there: what is left of the way by keyboard alone (keyboard.test.ts) needs no second one.
      await new KeyboardWalk(new Keyboard(page)).review()
    })

    for (const look of looks) await visit((page, server) => lookAround(page, server, look))
  },
)

interface Look {
  readonly theme: 'dark' | 'light'
  readonly language: 'en' | 'zh-CN'
  readonly size: { readonly width: number; readonly height: number }
}

const looks: readonly Look[] = [
  { theme: 'dark', language: 'en', size: { width: 1440, height: 900 } },
  { theme: 'light', language: 'zh-CN', size: { width: 1440, height: 900 } },
  { theme: 'dark', language: 'zh-CN', size: { width: 1024, height: 700 } },
  { theme: 'light', language: 'en', size: { width: 1024, height: 700 } },
]

/** Every view with the work of the journey in it: nothing serious for axe, nothing cut off. */
async function lookAround(page: Page, server: AppServer, { theme, language, size }: Look): Promise<void> {
  const client = await connectApp(server)
  await client.api.system.changeSettings({ theme, language })
  client.close()
  await page.setViewportSize({ ...size })
  await page.reload()
  const name = (view: string): string => `${view}-${theme}-${language}-${size.width}`
  const look = async (view: string): Promise<void> => {
    // A view comes with its own file: an empty page has no faults.
    const shown = page.locator('#content')
    await expect.poll(async () => (await shown.innerText()).length, { timeout: 60_000 }).toBeGreaterThan(40)
    await page.waitForTimeout(700) // pictures of slices come in
    const asking = page.getByText(/Asking both models|正在询问/)
    await expect.poll(() => asking.count(), { timeout: 120_000 }).toBe(0)
    await picture(page, name(view))
    await checkAccessible(page, name(view))
    expect(await cutOff(page), name(view)).toEqual([])
  }
  await page.getByRole('button', { name: /^Fetal head ultrasound/ }).waitFor({ timeout: 30_000 })
  await look('start')
  await page.getByRole('button', { name: /^Fetal head ultrasound/ }).click()
  for (const view of ['annotate', 'tune', 'review', 'models', 'settings'] as const) {
    await page.evaluate(hash => (location.hash = hash), `#/${view}`)
    await look(view)
  }
}
