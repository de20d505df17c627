import type { Locator, Page } from 'playwright-core'

/** The Models view, in a window or in a browser. */
export class ModelsPage {
  readonly page: Page
  readonly table: Locator

  constructor(page: Page) {
    this.page = page
    this.table = page.getByRole('table', { name: 'Models' })
  }

  async open(): Promise<void> {
    await this.page.getByRole('link', { name: 'Models' }).click()
    await this.table.waitFor()
  }

  row(name: string): Locator {
    return this.table.getByRole('row').filter({ hasText: name })
  }

  async choose(name: string): Promise<void> {
    await this.row(name).getByRole('button').first().click()
  }

  async use(name: string): Promise<void> {
    await this.choose(name)
    await this.page.getByRole('button', { name: `Use ${name}`, exact: true }).click()
    await this.row(name).getByText('In use').waitFor()
  }

  async rename(name: string, to: string): Promise<void> {
    await this.choose(name)
    await this.page.getByRole('button', { name: 'Rename', exact: true }).click()
    await this.page.getByRole('textbox', { name: 'Name' }).fill(to)
    await this.page.getByRole('button', { name: 'Save', exact: true }).click()
    await this.row(to).waitFor()
  }

  /** @returns the files that were written */
  async exportFiles(name: string): Promise<string[]> {
    await this.choose(name)
    await this.page.getByRole('button', { name: 'Export…', exact: true }).click()
    const dialog = this.page.getByRole('dialog')
    await dialog.getByRole('button', { name: 'Export…', exact: true }).click()
    const done = dialog.getByText(/files? (was|were) written/)
    await done.waitFor({ timeout: 120_000 })
    const text = await dialog.innerText()
    await dialog.getByRole('button', { name: 'Close' }).last().click()
    return text.split('\n').filter(line => /\.(pth|onnx|md|safetensors|yaml)$/.test(line))
  }
}
