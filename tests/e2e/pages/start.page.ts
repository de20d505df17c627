import type { Locator, Page } from 'playwright-core'

/** The Start view, by what a person sees. */
export class StartPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get title(): Locator {
    return this.page.getByRole('heading', { level: 1 })
  }

  get sample(): Locator {
    return this.page.getByRole('button', { name: /Try the sample|试用示例/ })
  }

  get folder(): Locator {
    return this.page.getByRole('main').getByRole('button', { name: /^(Open a folder|打开文件夹)/ })
  }

  get recent(): Locator {
    return this.page.getByRole('article')
  }

  get device(): Locator {
    return this.page.getByRole('region', { name: /This computer|本机/ })
  }

  get measure(): Locator {
    return this.device.getByRole('button')
  }

  get status(): Locator {
    return this.page.getByRole('contentinfo')
  }

  async chooseLanguage(language: 'English' | '中文'): Promise<void> {
    await this.page.getByRole('button', { name: /^(Language|语言)/ }).click()
    await this.page.getByRole('menuitemradio', { name: language, exact: true }).click()
  }

  async switchTheme(): Promise<void> {
    await this.page.getByRole('button', { name: /theme|主题/ }).click()
  }

  /** Files from elsewhere, let go over the middle of the window. */
  async drop(files: readonly { readonly name: string; readonly text: string }[]): Promise<void> {
    const dropped = await this.page.evaluateHandle(given => {
      const transfer = new DataTransfer()
      for (const { name, text } of given) transfer.items.add(new File([text], name))
      return transfer
    }, files)
    await this.page.dispatchEvent('body', 'dragover', { dataTransfer: dropped })
    await this.page.dispatchEvent('body', 'drop', { dataTransfer: dropped })
  }
}
