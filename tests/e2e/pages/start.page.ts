import type { Locator, Page } from 'playwright-core'

/** What the Start view says and offers, by what a person sees. */
export class StartPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get title(): Locator {
    return this.page.getByRole('heading', { level: 1 })
  }

  get commands(): Locator {
    return this.page.locator('code')
  }

  get status(): Locator {
    return this.page.getByRole('contentinfo')
  }

  async choose(language: 'English' | '中文'): Promise<void> {
    await this.page.getByRole('button', { name: language, exact: true }).click()
  }

  async switchTheme(): Promise<void> {
    await this.page.getByRole('button', { name: /theme|主题/ }).click()
  }

  /** Elements whose text does not fit their box, as tag and text; scrolling is fine, cutting off is not. */
  overflowing(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter(element => element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0)
        .map(element => `${element.tagName} ${element.textContent.slice(0, 40)}`),
    )
  }
}
