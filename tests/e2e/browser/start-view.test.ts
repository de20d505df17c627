import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startAppServer, type AppServer } from '../app-server'
import { complaintsOf, withBrowser, type Size } from '../browser'
import { ImportPage } from '../pages/import.page'
import { SettingsPage } from '../pages/settings.page'
import { ShellPage } from '../pages/shell.page'
import { StartPage } from '../pages/start.page'

const sizes = [
  { width: 1440, height: 900 },
  { width: 1024, height: 700 },
]
const said = {
  en: {
    locale: 'en-GB',
    title: 'Annotate slices. Tune the model on them.',
    sample: '50 ultrasound slices, 10 already annotated.',
    about: 'Research use only. Not a medical device.',
  },
  'zh-CN': {
    locale: 'zh-CN',
    title: '标注切片，并用它们微调模型。',
    sample: '50 张超声切片，其中 10 张已标注。',
    about: '仅供研究使用，非医疗器械。',
  },
}
const pictures = process.env['SLICETUNE_PICTURES']
const patient = { timeout: 60_000 }
const sample = join(import.meta.dirname, '../../../resources/sample/fetal-head-us/val/images')

let server: AppServer
let scans: string
beforeAll(async () => {
  scans = mkdtempSync(join(tmpdir(), 'slicetune-scans-'))
  const folder = join(scans, '头围 2026')
  mkdirSync(folder)
  for (const name of ['426_2HC.png', '427_HC.png']) copyFileSync(join(sample, name), join(folder, name))
  writeFileSync(join(folder, 'empty.png'), '')
  server = await startAppServer({ root: scans })
})
afterAll(async () => {
  await server.stop()
  rmSync(scans, { recursive: true, force: true, maxRetries: 5 })
})

interface Visit {
  readonly page: Page
  readonly start: StartPage
  readonly shell: ShellPage
}

/** Opens the page in a browser of its own; whatever it complains about is a fault. */
async function visit(
  {
    size = { width: 1024, height: 700 },
    locale = 'en-GB',
    expected = /^$/,
  }: { size?: Size; locale?: string; expected?: RegExp },
  use: (visit: Visit) => Promise<void>,
): Promise<void> {
  await withBrowser({ size, locale }, async context => {
    const page = await context.newPage()
    const complaints = complaintsOf(page)
    await page.emulateMedia({ reducedMotion: 'reduce' }) // colours on their way to another theme have no contrast
    await page.goto(server.address())
    await use({ page, start: new StartPage(page), shell: new ShellPage(page) })
    expect(complaints.filter(complaint => !expected.test(complaint))).toEqual([])
  })
}

describe.each(Object.entries(said))('the Start view, where the browser asks for %s', (language, text) => {
  test.each(sizes)('offers the ways in, $width×$height, dark and light', async size => {
    await visit({ size, locale: text.locale }, async ({ page, start, shell }) => {
      await expect.poll(() => start.title.innerText()).toBe(text.title)
      await expect.poll(() => start.sample.innerText()).toContain(text.sample)
      expect(await shell.language).toBe(language)
      expect(await start.status.innerText()).toBe(text.about)
      expect(await start.device.innerText()).toContain('CPU')
      expect(await start.sample.evaluate(element => element === document.activeElement)).toBe(true)
      expect(await shell.cutOff()).toEqual([])
      expect(await shell.accessibilityFaults()).toEqual([])
      await picture(page, `start-${language}-${size.width}-dark`)

      await start.switchTheme()
      await expect.poll(() => shell.theme).toBe('light')
      expect(await shell.accessibilityFaults()).toEqual([])
      await picture(page, `start-${language}-${size.width}-light`)
      await start.switchTheme()
      await expect.poll(() => shell.theme).toBe('dark')
    })
  })
})

test('changes its language without a reload, and remembers it', async () => {
  await visit({ expected: /ERR_ABORTED/ }, async ({ page, start, shell }) => {
    await start.chooseLanguage('中文')
    await expect.poll(() => start.title.innerText()).toBe(said['zh-CN'].title)

    await page.reload()
    await expect.poll(() => start.title.innerText()).toBe(said['zh-CN'].title)

    await start.chooseLanguage('English')
    await expect.poll(() => shell.language).toBe('en')
  })
})

test('a folder becomes a project: every file is reported, and the work begins', async () => {
  // Loading the page again breaks off what it was still fetching.
  await visit(
    { size: { width: 1440, height: 900 }, expected: /ERR_ABORTED/ },
    async ({ page, start, shell }) => {
      const importing = new ImportPage(page)
      await start.folder.click()
      await importing.chooseFolder('头围 2026')
      expect(await importing.projectName.inputValue()).toBe('头围 2026')
      await importing.projectName.fill('Heads')

      await importing.read.click()
      await expect
        .poll(() => importing.title.innerText(), patient)
        .toBe('2 slices are ready, 1 file could not be read')
      expect(await importing.rows.count()).toBe(2)
      expect(await importing.row('empty.png').innerText()).toMatch(/Damaged/)
      expect(await importing.startAnnotating.evaluate(element => element === document.activeElement)).toBe(
        true,
      )
      expect(await shell.accessibilityFaults()).toEqual([])
      await picture(page, 'import-report')

      await page.keyboard.press('Enter')
      await expect.poll(() => page.url()).toContain('#/annotate')
      expect(await shell.projectMenu.innerText()).toContain('Heads')

      await page.reload()
      await expect.poll(() => shell.projectMenu.innerText(), patient).toContain('Heads')
    },
  )
})

test('files that are dropped anywhere are read into a new project', async () => {
  await visit({}, async ({ page, start }) => {
    await expect.poll(() => start.title.innerText()).toBe(said.en.title)
    await start.drop([
      { name: 'scan.png', text: 'no picture' },
      { name: '说明.txt', text: 'words' },
    ])
    const importing = new ImportPage(page)
    await expect.poll(() => importing.projectName.inputValue()).toBe('scan')

    await importing.read.click()

    await expect
      .poll(() => importing.title.innerText(), patient)
      .toBe('0 slices are ready, 1 file could not be read')
    expect(await importing.row('说明.txt').innerText()).toContain('Not images')
  })
})

test('works by keyboard alone: palette, keys, parts of the window, settings', async () => {
  await visit({}, async ({ page, start, shell }) => {
    await expect.poll(() => start.title.innerText()).toBe(said.en.title)
    await page.keyboard.press('F6')
    const first = await shell.landmark()
    await page.keyboard.press('F6')
    expect([first, await shell.landmark()].sort()).not.toContain(null)

    await page.keyboard.press('?')
    await expect.poll(() => shell.dialog.getByRole('heading', { level: 2 }).innerText()).toBe('Keys')
    expect(await shell.accessibilityFaults()).toEqual([])
    await page.keyboard.press('Escape')
    await expect.poll(() => shell.dialog.count()).toBe(0)

    await page.keyboard.press('Control+k')
    await page.keyboard.type('open sett')
    await page.keyboard.press('Enter')
    await expect.poll(() => page.url()).toContain('#/settings')
    await picture(page, 'settings')
    expect(await shell.accessibilityFaults()).toEqual([])
  })
})

test('a key that is taken is named before it is reassigned, and the new one works', async () => {
  await visit({ size: { width: 1440, height: 900 } }, async ({ page, shell }) => {
    await page.goto(`${server.origin}/#/settings/keys`)
    const settings = new SettingsPage(page)
    await settings.key('Eraser').click()
    await page.keyboard.press('b')

    await expect.poll(() => shell.alert.innerText()).toContain('“B” is taken by “Box”.')
    await picture(page, 'settings-conflict')
    await page.getByRole('button', { name: 'Reassign' }).click()
    await settings.key('Eraser').filter({ hasText: 'B' }).waitFor()
    await settings.key('Box').filter({ hasText: 'no key' }).waitFor()

    await page.getByRole('button', { name: 'Reset all' }).click()
    await settings.key('Box').filter({ hasText: 'B' }).waitFor()
  })
})

test('every word of the frame has a key: in the pseudo-locale nothing is left as it was', async () => {
  await visit({ size: { width: 1440, height: 900 } }, async ({ page, start, shell }) => {
    await expect.poll(() => start.sample.count()).toBe(1)
    const allowed = ['SliceTune', 'English', '中文', 'Heads', 'scan', 'GB']
    for (const view of ['start', 'settings/canvas']) {
      await page.goto(`${server.origin}/?pseudo#/${view}`)
      await page.getByText('⟦').first().waitFor()
      const isValue = (text: string): boolean => /^[\d.,]+ [KMGT]?B$/.test(text)
      const unmarked = (await shell.unmarked()).filter(text => !allowed.includes(text) && !isValue(text))
      expect(
        unmarked.filter(text => !/^(Apache|MIT|ISC|BSD|OFL|CC|0BSD)|^[@a-z]/.test(text)),
        view,
      ).toEqual([])
      await picture(page, `pseudo-${view.slice(0, 5)}`)
    }
  })
})

test('a tab goes on with a project that another tab has closed', async () => {
  // Thumbnails that were asked for just before it was closed get no answer.
  await visit(
    { size: { width: 1440, height: 900 }, expected: /ERR_ABORTED|404/ },
    async ({ page, start, shell }) => {
      await start.sample.click()
      await expect.poll(() => page.url(), patient).toContain('#/annotate')
      const other = await page.context().newPage()
      await other.goto(server.origin)
      await new StartPage(other).sample.click()
      await expect.poll(() => other.url(), patient).toContain('#/annotate')

      await page.bringToFront()
      await shell.projectMenu.click()
      await page.getByRole('menuitem', { name: 'Close the project' }).click()
      await start.recent.filter({ hasText: 'Fetal head' }).waitFor(patient)

      // Made anew for the project, the view shows its slice again.
      const second = new ShellPage(other)
      await other.bringToFront()
      // The project is opened again behind the menu, which may close it under the hand.
      await expect
        .poll(async () => {
          await second.projectMenu.click({ timeout: 2000 }).catch(() => undefined)
          const rename = other.getByRole('menuitem', { name: 'Rename' })
          await rename.click({ timeout: 2000 }).catch(() => undefined)
          return other.getByLabel('Project name').count()
        }, patient)
        .toBe(1)
      await other.getByLabel('Project name').fill('Heads of two tabs')
      await other.getByRole('button', { name: 'Save', exact: true }).click()
      await expect.poll(() => second.projectMenu.innerText()).toContain('Heads of two tabs')
      await expect.poll(() => second.alert.count()).toBe(0)
      await other.getByText(/023_2HC · 800 × 540/).waitFor(patient)
      await picture(page, 'start-recent')
    },
  )
})

test('says that the engine stopped, and stays readable', async () => {
  const own = await startAppServer({ root: scans })
  await withBrowser({ size: { width: 1024, height: 700 }, locale: 'en-GB' }, async context => {
    const page = await context.newPage()
    await page.goto(own.address())
    const [start, shell] = [new StartPage(page), new ShellPage(page)]
    await expect.poll(() => start.sample.count()).toBe(1)

    await own.kill()

    await expect
      .poll(() => shell.alert.innerText(), patient)
      .toContain('The engine stopped. Your work is saved')
    expect(await start.title.innerText()).toBe(said.en.title)
    expect(await shell.accessibilityFaults()).toEqual([])
    await picture(page, 'engine-stopped')
  })
})

/** Pictures for a person to look at: SLICETUNE_PICTURES=DIR npm test. */
async function picture(page: Page, name: string): Promise<void> {
  if (pictures === undefined) return
  mkdirSync(pictures, { recursive: true })
  await page.screenshot({ path: join(pictures, `${name}.png`), animations: 'disabled' })
}
