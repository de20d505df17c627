import type { Page } from 'playwright-core'
import { expect } from 'vitest'
import { picture } from './look'
import { Stage } from './stage'

/** A slice of the sample that nobody has annotated, and a box around its head, in its pixels. */
export const drawn = { name: '210_2HC', box: [127, 76, 634, 468] } as const
/** Long enough for a machine that does other things too */
const patient = { timeout: 240_000 }
const soon = { timeout: 30_000 }

/** The first ten minutes of product.md, as a person walks them, on the bundled sample. */
export class Journey {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  row(name: string) {
    return this.page.getByRole('option', { name: new RegExp(name) })
  }

  async tab(name: 'Annotate' | 'Fine-tune' | 'Review' | 'Models'): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Views' }).getByRole('link', { name }).click()
  }

  async openSample(): Promise<void> {
    await this.page.getByRole('button', { name: /Try the sample/ }).click()
    await this.page.getByRole('option').first().waitFor(patient)
  }

  /** Finds a slice by its name, since a list of thousands shows a few at a time. */
  async find(name: string): Promise<void> {
    await this.page.getByPlaceholder('Find a slice').fill(name)
    await this.row(name).waitFor(patient)
  }

  /** A box, its mask, a red click, a brush stroke that is taken back, and Enter. */
  async annotate(): Promise<void> {
    const { page } = this
    await this.find(drawn.name)
    await this.row(drawn.name).click()
    const stage = new Stage(page)
    await page.waitForFunction(() => document.querySelector('[role=application] canvas') !== null)
    const at = await stage.calibrate()
    const [x0, y0, x1, y1] = drawn.box
    await page.keyboard.press('b')
    await stage.drag([at(x0, y0), at((x0 + x1) / 2, (y0 + y1) / 2), at(x1, y1)])
    await expect.poll(() => this.area(), patient).toBeGreaterThan(10_000)
    const boxed = await this.area()
    await picture(page, 'annotate-candidates')

    await page.keyboard.press('p')
    await page.keyboard.down('Shift')
    await page.mouse.click(...at(x0 + 40, (y0 + y1) / 2))
    await page.keyboard.up('Shift')
    await page.getByLabel('1 red clicks').waitFor(soon)
    await expect.poll(() => this.area(), patient).not.toBe(boxed)
    const clicked = await this.area()

    await page.keyboard.press('r')
    await stage.drag([at(x1 + 30, y0 - 40), at(x1 + 60, y0 - 60)])
    await expect.poll(() => this.area(), soon).toBeGreaterThan(clicked)
    await page.keyboard.press('Control+z')
    await expect.poll(() => this.area(), soon).toBe(clicked)

    await page.keyboard.press('Enter')
    await expect.poll(() => this.row(drawn.name).innerText(), soon).toContain('1 object')
    await page.getByText('Saved').waitFor(soon)
  }

  /** Of the object in hand, in the pixels of the slice; the sample's are 0.1193… mm wide */
  async area(): Promise<number> {
    const line = this.page.getByText(/^[\d.,]+ (mm²|px)$/).first()
    if ((await line.count()) === 0) return 0
    const [, value = '0', unit] = /([\d.,]+) (mm²|px)/.exec(await line.innerText()) ?? []
    const number = Number(value.replaceAll(',', ''))
    return unit === 'px' ? number : Math.round(number / 0.0142)
  }

  /** A short fine-tuning: the curve moves, the verdict comes, the tuned model is chosen. */
  async tune(epochs: number): Promise<void> {
    const { page } = this
    await this.tab('Fine-tune')
    await page.getByText('Advanced options').click(patient)
    const field = page
      .getByRole('spinbutton', { name: /^Epochs/ })
      .or(page.getByRole('textbox', { name: /^Epochs/ }))
    await field.first().fill(String(epochs))
    await field.first().press('Tab')
    await page.getByText('1 option changed').waitFor(soon)
    await page.getByRole('button', { name: /^Start Quick/ }).click(patient)
    await page.getByRole('heading', { name: /Training v\d+/ }).waitFor(patient)
    await page.getByText(/^epoch +1 +train/).waitFor(patient)
    await page.getByText(new RegExp(`^epoch +${epochs} +train`)).waitFor(patient)
    await picture(page, 'tune-running')
    await page.getByRole('heading', { name: /v\d+ (beats|is)/ }).waitFor({ timeout: 600_000 })
    await page.getByRole('button', { name: /^Use v\d+/ }).click()
    await page.getByText(/v\d+ is in use/).waitFor(soon)
  }

  /** The tuned model predicts the rest; one slice is accepted, one rejected. */
  async review(): Promise<void> {
    const { page } = this
    await this.tab('Review')
    await page.getByRole('button', { name: /Predict the rest/ }).click(patient)
    await expect.poll(() => this.count('accepted'), patient).toBe(0)
    await page
      .getByRole('button', { name: /^Accept/ })
      .and(page.locator(':enabled'))
      .waitFor(patient)
    await expect.poll(() => page.getByRole('button', { name: 'Stop' }).count(), patient).toBe(0)
    await page.keyboard.press('a')
    await page.keyboard.press('r') // at once: it is meant for the next slice
    await expect.poll(() => this.count('accepted'), soon).toBe(1)
    await expect.poll(() => this.count('rejected'), soon).toBe(1)
  }

  async count(name: 'accepted' | 'edited' | 'rejected'): Promise<number | null> {
    const found = await this.page.getByRole('listitem').filter({ hasText: name }).allInnerTexts()
    const number = /(\d+)/.exec(found[0] ?? '')?.[1]
    return number === undefined ? null : Number(number)
  }

  /** @returns the folder of the export */
  async export(): Promise<string> {
    const { page } = this
    await page.getByRole('button', { name: 'Export', exact: true }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByText('COCO').first().click()
    await dialog.getByRole('button', { name: /^Export \d+ slices/ }).click(soon)
    await dialog.getByText(/\d+ slices exported/).waitFor(patient)
    const folder = await dialog.locator('.folder').last().innerText()
    await page.keyboard.press('Escape')
    return folder
  }
}
