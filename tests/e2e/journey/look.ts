import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { AxeBuilder } from '@axe-core/playwright'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

/** Pictures for a person to look at, and for the README: SLICETUNE_PICTURES=DIR. */
const folder = process.env['SLICETUNE_PICTURES']

/** Takes a picture of what is shown, where pictures are wanted. */
export async function picture(page: Page, name: string): Promise<void> {
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  const path = join(folder, `${name}.jpg`)
  await page.screenshot({ path, type: 'jpeg', quality: 85, animations: 'disabled' })
}

/** Nothing serious stands between the view and people who see, hear or move otherwise. */
export async function checkAccessible(page: Page, name: string): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze()
  const serious = violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${name}: ${id}: ${nodes.map(({ html }) => html.slice(0, 160)).join(' ; ')}`)
  expect(serious).toEqual([])
}

/** Texts that do not fit their box and do not say so by an ellipsis; scrolling is fine, cutting off is not. */
export function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() =>
    [...document.querySelectorAll('body *')]
      .filter(element => {
        const { overflowX, textOverflow } = getComputedStyle(element)
        const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 2 // narrower: for screen readers only
        return (
          isCut && overflowX === 'hidden' && textOverflow !== 'ellipsis' && element.childElementCount === 0
        )
      })
      .map(element => `${element.tagName} ${element.textContent.slice(0, 60)}`),
  )
}
