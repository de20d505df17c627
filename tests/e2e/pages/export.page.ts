import type { Download, Locator, Page } from 'playwright-core'

/** The Export dialog, by what a person sees. */
export class ExportPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog', { name: /Export annotations|导出标注/ })
  }

  get formats(): Locator {
    return this.dialog.getByRole('radiogroup', { name: /^(Format|格式)$/ }).getByRole('radio')
  }

  /** What lies where, once it is done */
  get result(): Locator {
    return this.dialog.getByRole('status').filter({ hasText: /exported|已导出/ })
  }

  async open(): Promise<void> {
    await this.page.getByRole('button', { name: /^(Export|导出)$/ }).click()
    await this.formats.first().waitFor()
  }

  async choose(
    format: 'COCO' | 'YOLO-seg' | 'labelme' | 'NIfTI' | 'NRRD' | 'DICOM SEG' | 'PNG' | 'NPY' | 'Measurements',
  ): Promise<void> {
    await this.dialog.getByRole('radio', { name: format, exact: true }).click()
  }

  /** Sets a switch or one of several, by their words. */
  async set(option: string, choice?: string): Promise<void> {
    if (choice === undefined) await this.dialog.getByRole('switch', { name: option }).click()
    else {
      const group = this.dialog.getByRole('radiogroup', { name: option })
      await group.getByRole('radio', { name: choice, exact: true }).click()
    }
  }

  /** To the end. */
  async run(timeout = 60_000): Promise<void> {
    await this.dialog.getByRole('button', { name: /^(Export \d|导出 \d)/ }).click()
    await this.result.waitFor({ timeout })
  }

  /** The result as a zip, where the door has no dialogs. */
  async download(): Promise<Download> {
    const download = this.page.waitForEvent('download')
    await this.dialog.getByRole('link', { name: /Download|下载/ }).click()
    return download
  }

  async close(): Promise<void> {
    await this.page.keyboard.press('Escape')
    await this.dialog.waitFor({ state: 'detached' })
  }
}
