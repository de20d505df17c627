import type { Locator, Page } from 'playwright-core'

/** Setting up an import, and its report. */
export class ImportPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get title(): Locator {
    return this.page.getByRole('heading', { level: 1 })
  }

  get projectName(): Locator {
    return this.page.getByLabel('Project name')
  }

  get read(): Locator {
    return this.page.getByRole('button', { name: 'Read the files' })
  }

  get startAnnotating(): Locator {
    return this.page.getByRole('button', { name: 'Start annotating' })
  }

  get rows(): Locator {
    return this.page
      .getByRole('table', { name: 'Report' })
      .getByRole('row')
      .filter({ has: this.page.getByRole('cell') })
  }

  row(name: string): Locator {
    return this.rows.filter({ hasText: name })
  }

  /** Goes into folders one by one in the page's own dialog, and takes the last. */
  async chooseFolder(...names: readonly string[]): Promise<void> {
    for (const name of names)
      await this.page
        .getByRole('option')
        .filter({ has: this.page.getByText(name, { exact: true }) })
        .dblclick()
    await this.page.getByRole('button', { name: 'Use this folder' }).click()
  }
}
