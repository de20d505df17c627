import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { complaintsOf, withBrowser } from '../browser'
import { StartPage } from '../pages/start.page'
import { serveFolder, type StaticServer } from '../static-server'

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
]
const said = {
  en: {
    locale: 'en-GB',
    title: 'Annotate slices. Tune the model on them.',
    coming: 'still being built',
    about: 'Research use only. Not a medical device.',
  },
  'zh-CN': {
    locale: 'zh-CN',
    title: '标注切片，并用它们微调模型。',
    coming: '仍在开发',
    about: '仅供研究使用，非医疗器械。',
  },
}
const pictures = process.env['SLICETUNE_PICTURES']

let server: StaticServer
beforeAll(async () => {
  server = await serveFolder('out/renderer')
})
afterAll(() => server.close())

describe.each(Object.entries(said))('the Start view, where the browser asks for %s', (language, text) => {
  test.each(sizes)('says what there is and what comes, $width×$height, dark and light', async size => {
    await withBrowser({ size, locale: text.locale }, async context => {
      const page = await context.newPage()
      const complaints = complaintsOf(page)
      await page.goto(server.url)
      const start = new StartPage(page)

      await expect.poll(() => start.title.innerText()).toBe(text.title)
      expect(await page.locator('html').getAttribute('lang')).toBe(language)
      expect(await page.getByRole('main').innerText()).toContain(text.coming)
      expect(await start.commands.allInnerTexts()).toEqual([
        'npm run demo',
        'npx slicetune train --data DIR --out RUN',
      ])
      expect(await start.status.innerText()).toBe(text.about)
      expect(await start.overflowing()).toEqual([])
      await picture(page, `start-${language}-${size.width}-dark`)

      await start.switchTheme()
      expect(await page.locator('html').getAttribute('data-theme')).toBe('light')
      expect(await page.evaluate(() => getComputedStyle(document.body).backgroundColor)).toBe(
        'rgb(241, 243, 245)',
      )
      await picture(page, `start-${language}-${size.width}-light`)
      expect(complaints).toEqual([])
    })
  })
})

test('changes its language without a reload and works by keyboard alone', async () => {
  await withBrowser({ size: { width: 1024, height: 700 }, locale: 'en-GB' }, async context => {
    const page = await context.newPage()
    const complaints = complaintsOf(page)
    await page.goto(server.url)
    const start = new StartPage(page)

    await start.choose('中文')
    await expect.poll(() => start.title.innerText()).toBe(said['zh-CN'].title)

    await start.choose('English')
    await page.keyboard.press('Tab') // 中文
    await page.keyboard.press('Enter')
    await expect.poll(() => start.title.innerText()).toBe(said['zh-CN'].title)
    expect(complaints).toEqual([])
  })
})

test('copies a command', async () => {
  await withBrowser({ size: { width: 1024, height: 700 }, locale: 'en-GB' }, async context => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const page = await context.newPage()
    await page.goto(server.url)

    await page.getByRole('button', { name: 'Copy' }).first().click()

    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toBe('npm run demo')
    expect(await page.getByRole('button', { name: 'Copied' }).count()).toBe(1)
  })
})

/** Pictures for a person to look at: SLICETUNE_PICTURES=DIR npm test. */
async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' })
}
