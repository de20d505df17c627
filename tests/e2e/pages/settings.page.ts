import type { Locator, Page } from 'playwright-core'

/** The Settings view. */
export class SettingsPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  section(name: string): Locator {
    return this.page.getByRole('region', { name })
  }

  async goTo(name: string): Promise<void> {
    await this.page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name }).click()
  }

  /** The button that shows a command's key and takes a new one. */
  key(command: string): Locator {
    return this.page.getByRole('button', { name: new RegExp(`^${command}, key: `) })
  }
}
