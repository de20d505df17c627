import type { Locator, Page } from 'playwright-core'
import { expect } from 'vitest'

/** What has the focus, as a person would name it. */
interface Stop {
  readonly name: string
  readonly isSeen: boolean
}

const mostStops = 80

/** A person without a mouse: keys only, and at every stop of the way it is seen where they are. */
export class Keyboard {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  async press(...keys: readonly string[]): Promise<void> {
    for (const key of keys) await this.page.keyboard.press(key)
  }

  type(text: string): Promise<void> {
    return this.page.keyboard.type(text)
  }

  /** Tab, or another key, until `target` has the focus; a way that never leads there is a fault. */
  async goTo(target: Locator, key = 'Tab'): Promise<void> {
    const way: string[] = []
    for (let turn = 0; turn < mostStops; turn++) {
      if (await hasFocus(target)) return
      await this.page.keyboard.press(key)
      const { name, isSeen } = await this.stop()
      expect(isSeen, `No visible focus: ${name}`).toBe(true)
      way.push(name)
    }
    throw new Error(`${key} never leads to ${String(target)}: ${way.join(' → ')}`)
  }

  async isAt(target: Locator, timeout = 30_000): Promise<void> {
    await expect
      .poll(() => hasFocus(target), { timeout, message: `${String(target)} has the focus` })
      .toBe(true)
  }

  /** Nothing is seen where the outline is missing, or where the element lies outside of the window. */
  stop(): Promise<Stop> {
    return this.page.evaluate(() => {
      const element = document.activeElement
      if (element === null || element === document.body) return { name: 'the page', isSeen: true }
      const { top, bottom, left, right } = element.getBoundingClientRect()
      const isInWindow = bottom > 0 && right > 0 && top < innerHeight && left < innerWidth
      // Sliders and the like show the ring at a part of theirs.
      const ringed = [element, element.parentElement, ...element.children].some(part => {
        if (part === null) return false
        const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part)
        return (outlineStyle !== 'none' && outlineWidth !== '0px') || boxShadow !== 'none'
      })
      const name = element.getAttribute('aria-label') ?? element.textContent.trim().slice(0, 40)
      return { name: `${element.tagName.toLowerCase()} “${name}”`, isSeen: isInWindow && ringed }
    })
  }
}

function hasFocus(target: Locator): Promise<boolean> {
  return target.evaluateAll(elements => elements.some(element => element.contains(document.activeElement)))
}
