import type { Locator, Page } from 'playwright-core'

/** The slice on the stage, in its own pixels: whatever the zoom, a hand goes where the corner text says. */
export class Stage {
  readonly page: Page
  readonly element: Locator

  constructor(page: Page) {
    this.page = page
    this.element = page.getByRole('application')
  }

  /** The pixel under the mouse, as the corner of the stage says; a slice that is still loading says nothing. */
  async #under(x: number, y: number): Promise<{ x: number; y: number }> {
    const place = this.element.getByText(/x \d+ y \d+/)
    for (let turn = 0; turn < 300; turn++) {
      await this.page.mouse.move(x - 1 + (turn % 2), y)
      await this.page.mouse.move(x, y)
      await this.page.waitForTimeout(100) // the text follows a frame later
      if ((await place.count()) > 0) break
    }
    const [, column = '0', row = '0'] = /x (\d+) y (\d+)/.exec(await place.innerText()) ?? []
    return { x: Number(column), y: Number(row) }
  }

  /** What turns a pixel of the slice into a place of the window; found by looking at two places. */
  async calibrate(): Promise<(x: number, y: number) => readonly [number, number]> {
    const area = await this.element.boundingBox()
    if (area === null) throw new Error('There is no stage')
    const [cx, cy] = [area.x + area.width / 2, area.y + area.height / 2 - 60]
    const [dx, dy] = [Math.round(area.width / 5), Math.round(area.height / 5)]
    const first = await this.#under(cx - dx, cy - dy)
    const second = await this.#under(cx + dx, cy + dy)
    const scale = (2 * dx) / (second.x - first.x)
    if (!(scale > 0))
      throw new Error(`The stage does not follow the mouse: ${JSON.stringify([first, second])}`)
    return (x, y) => [cx - dx + (x - first.x) * scale, cy - dy + (y - first.y) * scale]
  }

  /** Presses at the first place, moves through all, and lets go at the last. */
  async drag(places: readonly (readonly [number, number])[]): Promise<void> {
    const [start, ...others] = places
    if (start === undefined) return
    await this.page.mouse.move(...start)
    await this.page.mouse.down()
    for (const place of others) await this.page.mouse.move(...place, { steps: 6 })
    await this.page.mouse.up()
  }
}
