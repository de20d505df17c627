import type { Locator, Page } from 'playwright-core'

/** On the page, CSS pixels */
export interface Place {
  readonly x: number
  readonly y: number
}

/** The Annotate view, by what a person sees and does. */
export class AnnotatePage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get stage(): Locator {
    return this.page.getByRole('application')
  }

  get slices(): Locator {
    return this.page.getByRole('option')
  }

  get currentSlice(): Locator {
    return this.page.getByRole('option', { selected: true })
  }

  get candidates(): Locator {
    return this.page.locator('[data-landmark=candidates]').getByRole('radio')
  }

  get acceptButton(): Locator {
    return this.page.locator('[data-landmark=candidates]').getByRole('button', { name: /^(Accept|接受)/ })
  }

  get nothingHereButton(): Locator {
    return this.page
      .locator('[data-landmark=candidates]')
      .getByRole('button', { name: /^(Nothing here|无目标)/ })
  }

  /** Objects on the slice: the accessible twin of what the stage draws */
  get objects(): Locator {
    return this.page.getByRole('list', { name: /^(On this slice|本切片)$/ }).getByRole('listitem')
  }

  get labels(): Locator {
    return this.page.getByRole('list', { name: /^(Labels|标签)$/ }).getByRole('listitem')
  }

  get undoButton(): Locator {
    return this.page.getByRole('button', { name: /^(Undo|撤销)/ }).first()
  }

  get redoButton(): Locator {
    return this.page.getByRole('button', { name: /^(Redo|重做)/ }).first()
  }

  /** What the view has said last, for readers of the screen */
  get said(): Locator {
    return this.page.locator('.annotate > [role=status]')
  }

  tool(name: 'select' | 'point' | 'box' | 'brush' | 'eraser' | 'polygon' | 'lasso'): Promise<void> {
    const keys = {
      select: 'v',
      point: 'p',
      box: 'b',
      brush: 'r',
      eraser: 'e',
      polygon: 'g',
      lasso: 'l',
    } as const
    return this.press(keys[name])
  }

  /** A key of the view; the stage has the focus. */
  async press(key: string): Promise<void> {
    await this.stage.focus()
    await this.page.keyboard.press(key)
  }

  /** Adds a label by its field. */
  async addLabel(name: string): Promise<void> {
    const field = this.page.getByRole('textbox', { name: /^(Name what you outline|为要勾画的目标命名)$/ })
    if (!(await field.isVisible()))
      await this.page.getByRole('button', { name: /^(Add a label|添加标签)$/ }).click()
    await field.fill(name)
    await field.press('Enter')
  }

  async openSlice(name: string): Promise<void> {
    await this.page.getByRole('searchbox', { name: /^(Find a slice|查找切片)$/ }).fill(name)
    await this.page.getByRole('option', { name }).first().click()
    await this.page.getByRole('searchbox', { name: /^(Find a slice|查找切片)$/ }).fill('')
  }

  /** A place on the stage by its parts: (0.5, 0.5) is the middle. */
  async place(x: number, y: number): Promise<Place> {
    const box = await this.stage.boundingBox()
    if (box === null) throw new Error('The stage is not shown')
    return { x: box.x + x * box.width, y: box.y + y * box.height }
  }

  /** Drags with the left button, by way of `steps` places. */
  async drag(from: Place, to: Place, steps = 8): Promise<void> {
    await this.page.mouse.move(from.x, from.y)
    await this.page.mouse.down()
    await this.page.mouse.move(to.x, to.y, { steps })
    await this.page.mouse.up()
  }

  async drawBox(from: Place, to: Place): Promise<void> {
    await this.tool('box')
    await this.drag(from, to)
    await this.candidates.first().waitFor()
  }

  async click(at: Place, sign: 'positive' | 'negative' = 'positive'): Promise<void> {
    await this.tool('point')
    await this.page.mouse.click(at.x, at.y, { button: sign === 'positive' ? 'left' : 'right' })
  }

  async accept(): Promise<void> {
    await this.press('Enter')
    await this.acceptButton.waitFor({ state: 'hidden' })
  }
}
