import type { Locator, Page } from 'playwright-core'

/** The Fine-tune view, in a window or in a browser. */
export class TunePage {
  readonly page: Page
  readonly presets: Locator
  readonly start: Locator
  readonly name: Locator
  readonly pause: Locator
  readonly resume: Locator
  readonly stop: Locator
  readonly verdict: Locator
  readonly cases: Locator
  readonly log: Locator
  readonly samples: Locator
  readonly wipe: Locator

  constructor(page: Page) {
    this.page = page
    this.presets = page.getByRole('radiogroup', { name: 'How far it goes' })
    this.start = page.getByRole('button', { name: /^Start .* fine-tuning$/ })
    this.name = page.getByRole('textbox', { name: 'New version' })
    this.pause = page.getByRole('button', { name: 'Pause', exact: true })
    this.resume = page.getByRole('button', { name: 'Resume', exact: true })
    this.stop = page.getByRole('button', { name: /^Stop( and keep best)?$/ })
    this.verdict = page.getByRole('status').filter({ has: page.getByRole('heading', { level: 1 }) })
    this.cases = page.getByRole('table', { name: 'Each held-out slice' })
    this.log = page.getByRole('list', { name: 'Log' })
    this.samples = page.getByRole('region', { name: 'Held-out slices, as it learns' })
    this.wipe = page.getByRole('slider', { name: 'Border between the two models' })
  }

  async open(): Promise<void> {
    await this.page.getByRole('link', { name: /^Fine-tune/ }).click()
  }

  async choose(preset: 'Quick' | 'Balanced' | 'Full'): Promise<void> {
    await this.presets.getByRole('radio', { name: preset }).click()
  }

  /** Changes an advanced option, such as "Epochs". */
  async setOption(label: string, value: number): Promise<void> {
    const field = this.page.getByRole('spinbutton', { name: new RegExp(`^${label}`) })
    if (!(await field.isVisible())) await this.page.getByText('Advanced options').click()
    await field.fill(String(value))
    await field.press('Tab')
  }

  async setSwitch(label: string, on: boolean): Promise<void> {
    const field = this.page.getByRole('switch', { name: new RegExp(`^${label}`) })
    if (!(await field.isVisible())) await this.page.getByText('Advanced options').click()
    await field.setChecked(on)
  }

  /** Whole epochs that the curves show. */
  async epochs(): Promise<number> {
    return this.log.getByText(/^epoch\s+\d+ {2}/).count()
  }

  async waitForEpoch(epoch: number, timeout = 120_000): Promise<void> {
    await this.log.getByText(new RegExp(`^epoch\\s+${epoch} `)).waitFor({ timeout })
  }

  async waitForVerdict(timeout = 240_000): Promise<string> {
    await this.verdict.waitFor({ timeout })
    return this.verdict.getByRole('heading', { level: 1 }).innerText()
  }

  async use(name: string): Promise<void> {
    await this.page.getByRole('button', { name: `Use ${name}`, exact: true }).click()
    await this.page.getByText(`${name} is in use`).waitFor()
  }
}
