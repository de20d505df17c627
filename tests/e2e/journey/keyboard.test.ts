import { expect, test } from 'vitest'
import { startAppServer } from '../app-server'
import { complaintsOf, withBrowser } from '../browser'
import { drawn, Journey } from './journey'
import { Keyboard } from './keyboard'

/** Long enough for a machine that does other things too */
const patient = { timeout: 60_000 }
const soon = { timeout: 30_000 }

test(
  'a slice is found, boxed, corrected and accepted, and a fine-tuning started, by keyboard alone',
  { timeout: 900_000 },
  async () => {
    const server = await startAppServer()
    try {
      await withBrowser({ size: { width: 1440, height: 900 }, locale: 'en-GB' }, async context => {
        const page = await context.newPage()
        const complaints = complaintsOf(page)
        await page.goto(server.address())
        const walk = new Walk(new Keyboard(page))
        await walk.openSample()
        await walk.annotate()
        await walk.tune()
        expect(complaints.filter(complaint => !complaint.endsWith('ERR_ABORTED'))).toEqual([])
      })
    } finally {
      await server.stop()
    }
  },
)

class Walk {
  readonly keys: Keyboard
  readonly journey: Journey

  constructor(keys: Keyboard) {
    this.keys = keys
    this.journey = new Journey(keys.page)
  }

  get page() {
    return this.keys.page
  }

  get stage() {
    return this.page.getByRole('application')
  }

  async openSample(): Promise<void> {
    await this.keys.isAt(this.page.getByRole('button', { name: /Try the sample/ }))
    await this.keys.press('Enter')
    await this.keys.isAt(this.stage, 120_000)
  }

  /** The slice is looked up, boxed, corrected, accepted; then the next one. */
  async annotate(): Promise<void> {
    const { keys, page, journey } = this
    await keys.press('Control+f')
    await keys.isAt(page.getByRole('searchbox', { name: 'Find a slice' }))
    await keys.type(drawn.name)
    await journey.row(drawn.name).waitFor(soon)
    await keys.goTo(journey.row(drawn.name))
    await keys.press('ArrowDown', 'Enter')
    await keys.isAt(this.stage)
    await expect.poll(() => this.stage.getAttribute('aria-label'), soon).toContain(drawn.name)

    await keys.press('b', 'Enter')
    await expect.poll(() => journey.area(), patient).toBeGreaterThan(1000)
    const boxed = await journey.area()
    await keys.press(...Array<string>(4).fill('Control+Shift+ArrowRight'))
    await expect.poll(() => journey.area(), patient).not.toBe(boxed)
    await keys.press('Shift+K')
    await page.getByLabel('1 red clicks').waitFor(soon)
    const undo = page.getByRole('button', { name: /^Undo/ })
    await expect.poll(() => undo.getAttribute('aria-label'), soon).toBe('Undo click')
    await keys.press('Control+z')
    await page.getByLabel('1 red clicks').waitFor({ ...soon, state: 'detached' })
    await keys.press('Enter')
    await expect.poll(() => journey.row(drawn.name).innerText(), soon).toContain('1 object')
    await keys.isAt(this.stage)
    const before = await this.stage.getAttribute('aria-label')
    await keys.press('PageDown')
    await expect.poll(() => this.stage.getAttribute('aria-label'), soon).not.toBe(before)
  }

  async tune(): Promise<void> {
    const { keys, page } = this
    await keys.press('Alt+2')
    await keys.isAt(page.getByRole('radio', { name: 'Quick' }), 60_000)
    await keys.goTo(page.locator('summary').filter({ hasText: 'Advanced options' }))
    await keys.press('Enter')
    await keys.goTo(page.getByRole('spinbutton', { name: /^Epochs/ }))
    await keys.press('Control+a')
    await keys.type('1')
    await keys.press('Tab')
    await page.getByText('1 option changed').waitFor(soon)
    await keys.goTo(page.getByRole('button', { name: /^Start Quick/ }))
    await keys.press('Enter')
    await page.getByRole('heading', { name: /Training v1/ }).waitFor(patient)
    await keys.isAt(page.getByRole('button', { name: 'Pause' }))
  }
}
