import { expect } from 'vitest'
import { drawn, Journey } from './journey'
import type { Keyboard } from './keyboard'

/** Long enough for a machine that does other things too */
const patient = { timeout: 60_000 }
const soon = { timeout: 30_000 }

/** The journey of a person who has keys only; each step ends where the focus must be for the next one. */
export class KeyboardWalk {
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

  /** As short as can be: one epoch, and no finder, which takes longer than everything else here. */
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
    await keys.goTo(page.getByRole('switch', { name: /^Teach a finder/ }))
    await keys.press('Space')
    await page.getByText('2 options changed').waitFor(soon)
    await keys.goTo(page.getByRole('button', { name: /^Start Quick/ }))
    await keys.press('Enter')
    await page.getByRole('heading', { name: /Training v1/ }).waitFor(patient)
    await keys.isAt(page.getByRole('button', { name: 'Pause' }))
  }

  /** The verdict comes with the focus on its choice; both models are compared, and the tuned one is taken. */
  async judge(): Promise<void> {
    const { keys, page } = this
    const use = page.getByRole('button', { name: 'Use v1' })
    await use.waitFor({ timeout: 600_000 })
    await keys.isAt(page.getByRole('button', { name: /^(Use v1|Keep what is in use)$/ }))
    const border = page.getByRole('slider', { name: /^Border/ })
    await keys.goTo(border)
    await keys.press('ArrowLeft', 'ArrowLeft')
    expect(await border.getAttribute('aria-valuenow')).toBe('46')
    await keys.goTo(use, 'Shift+Tab')
    await keys.press('Enter')
    await page.getByText('v1 is in use').waitFor(soon)
    await keys.isAt(page.getByRole('button', { name: 'Back to the base' }))
  }

  /** One more prediction is accepted, one rejected, one taken to the stage; the focus stays in the list. */
  async review(): Promise<void> {
    const { keys, page, journey } = this
    const card = page.getByRole('option', { selected: true })
    await keys.press('Alt+3')
    await keys.isAt(card)
    await this.#toOpenCard()
    const accepted = (await journey.count('accepted')) ?? 0
    const rejected = (await journey.count('rejected')) ?? 0
    await keys.press('a')
    await expect.poll(() => journey.count('accepted'), soon).toBe(accepted + 1)
    await keys.isAt(card)
    await keys.press('r')
    await expect.poll(() => journey.count('rejected'), soon).toBe(rejected + 1)
    await keys.isAt(card)
    await keys.press('e')
    await keys.isAt(this.stage)
  }

  async #toOpenCard(): Promise<void> {
    const accept = this.page.getByRole('button', { name: /^Accept/ })
    for (let turn = 0; turn < 10; turn++) {
      if (await accept.isEnabled()) return
      await this.keys.press('ArrowRight')
    }
    throw new Error('No open prediction among the first ten')
  }

  async export(): Promise<void> {
    const { keys, page } = this
    await keys.press('Control+e')
    const dialog = page.getByRole('dialog')
    await keys.goTo(dialog.getByRole('radiogroup').first())
    await keys.goTo(dialog.getByRole('radio', { name: 'COCO' }), 'ArrowDown')
    await keys.goTo(dialog.getByRole('button', { name: /^Export \d+ slices/ }))
    await keys.press('Enter')
    await dialog.getByText(/\d+ slices exported/).waitFor(patient)
    await keys.press('Escape')
    await dialog.waitFor({ ...soon, state: 'detached' })
    expect((await keys.stop()).name).not.toBe('the page')
  }
}
