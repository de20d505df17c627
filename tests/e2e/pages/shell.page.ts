import { AxeBuilder } from '@axe-core/playwright'
import type { Locator, Page } from 'playwright-core'

/** What surrounds every view. */
export class ShellPage {
  readonly page: Page

  constructor(page: Page) {
    this.page = page
  }

  get projectMenu(): Locator {
    return this.page.getByRole('button', { name: /^(Project|项目) / })
  }

  tab(name: string): Locator {
    return this.page.getByRole('navigation', { name: /^(Views|视图)$/ }).getByRole('link', { name })
  }

  get dialog(): Locator {
    return this.page.getByRole('dialog')
  }

  get alert(): Locator {
    return this.page.getByRole('alert')
  }

  get language(): Promise<string | null> {
    return this.page.locator('html').getAttribute('lang')
  }

  get theme(): Promise<string | null> {
    return this.page.locator('html').getAttribute('data-theme')
  }

  /** Where the keyboard is: the name of the landmark. */
  landmark(): Promise<string | null> {
    return this.page.evaluate(
      () => document.activeElement?.closest('[data-landmark]')?.getAttribute('data-landmark') ?? null,
    )
  }

  /** Serious findings, each with the element that has it. */
  async accessibilityFaults(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze()
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(node => `${id}: ${node.html.slice(0, 160)}`))
  }

  /** Elements whose text is cut off without dots and a way to scroll. */
  cutOff(): Promise<string[]> {
    return this.page.evaluate(() =>
      [...document.querySelectorAll('body *')]
        .filter(element => {
          if (element.clientWidth === 0 || element.scrollWidth <= element.clientWidth + 1) return false
          const { overflowX, textOverflow, position } = getComputedStyle(element)
          const isMeant = textOverflow === 'ellipsis' || overflowX === 'auto' || overflowX === 'scroll'
          return !isMeant && !(position === 'absolute' && element.clientWidth <= 1)
        })
        .map(
          element =>
            `${element.tagName} ${element.getAttribute('class') ?? ''} ${element.textContent.slice(0, 40)}`,
        ),
    )
  }

  /** Text on the screen that no sentence of the locale gave; only with `?pseudo` in the address. */
  unmarked(): Promise<string[]> {
    return this.page.evaluate(() => {
      const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
      const found: string[] = []
      for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
        const text = node.textContent?.trim() ?? ''
        const parent = node.parentElement
        const isShown = parent !== null && parent.getClientRects().length > 0
        if (
          isShown &&
          /[A-Za-z]{2}/.test(text) &&
          !/[⟦⟧]/.test(text) &&
          parent.closest('kbd, code, pre') === null
        )
          found.push(text)
      }
      return found
    })
  }
}
