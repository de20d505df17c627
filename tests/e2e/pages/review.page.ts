import type { Locator, Page } from 'playwright-core'

/** The Review view, by what a person sees. */
export class ReviewPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  /** Predicted slices in sight */
  get slices(): Locator {
    return this.page.getByRole('listbox', { name: /Predicted slices|已预测的切片/ }).getByRole('option')
  }

  get current(): Locator {
    return this.page.getByRole('option', { selected: true })
  }

  /** The slice beside the list */
  get pane(): Locator {
    return this.page.getByRole('complementary', { name: /^(Slice|切片)$/ })
  }

  get emptyTitle(): Locator {
    return this.page.getByRole('heading', { name: /Nothing to review yet|暂无可审核内容/ })
  }

  get predictButton(): Locator {
    return this.page.getByRole('button', { name: /Predict the rest|预测其余切片/ })
  }

  get progress(): Locator {
    return this.page.getByRole('progressbar', { name: /Predicting|正在预测/ })
  }

  /** From the bar of the views */
  async open(): Promise<void> {
    await this.page
      .getByRole('navigation')
      .getByText(/^(Review|审核)/)
      .first()
      .click()
  }

  /** Lets the model draw on what nobody has done, to the end. */
  async predictRest(timeout = 120_000): Promise<void> {
    await this.predictButton.click()
    await this.slices.first().waitFor({ timeout })
    await this.progress.waitFor({ state: 'detached', timeout })
  }

  async press(key: 'a' | 'e' | 'r' | 'u'): Promise<void> {
    await this.page.keyboard.press(key)
  }

  /** As the head says: accepted, edited, rejected. */
  async counts(): Promise<readonly number[]> {
    const texts = await this.page.getByRole('main').locator('header li b').allInnerTexts()
    return texts.map(Number)
  }

  async filter(name: 'Open' | 'Probably empty' | 'All'): Promise<void> {
    await this.page.getByRole('radio', { name, exact: true }).click()
  }
}
