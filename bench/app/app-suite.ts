import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { chromium } from 'playwright-core'
import { findChromium } from '../../tests/e2e/find-chromium'
import type { AppRow } from './app-rows'
import { boxRow, brushRow, manySlicesRows, sliceChangeRow } from './app-rows'
import type { ServedApp } from './serve-app'
import { serveApp } from './serve-app'
import { volumeRows } from './volume-rows'

/** What is measured with: the page and calls of its own beside it. */
export interface AppWorld {
  readonly page: Page
  readonly app: ServedApp
  /** The user's folder */
  readonly home: string
}

/** By the name that `--row` takes; each may give several figures. */
const rows = {
  'box-to-mask': boxRow,
  'slice-change': sliceChangeRow,
  'brush-2048': brushRow,
  'many-slices': manySlicesRows,
  'volume-1000': volumeRows,
} as const

/**
 * Measures the app in Chromium, through the built browser door, on the bundled sample and on generated slices.
 *
 * @param root - the checkout, built
 * @param wanted - names of rows; none: all
 * @returns exit code: 1 where a figure misses its limit
 */
export async function measureApp(
  root: string,
  { json, wanted }: { readonly json: boolean; readonly wanted: readonly string[] },
): Promise<number> {
  const unknown = wanted.find(name => !Object.hasOwn(rows, name))
  if (unknown !== undefined)
    throw new RangeError(`there is no row ${unknown}; there are ${Object.keys(rows).join(', ')}`)
  const home = mkdtempSync(join(tmpdir(), 'slicetune-bench-'))
  const app = await serveApp(root, home)
  const browser = await chromium.launch({
    executablePath: findChromium(),
    args: ['--no-sandbox', '--disable-gpu'],
  })
  const measured: AppRow[] = []
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    page.setDefaultTimeout(120_000)
    await page.goto(app.address)
    for (const [name, measure] of Object.entries(rows)) {
      if (wanted.length > 0 && !wanted.includes(name)) continue
      for (const row of await measure({ page, app, home })) {
        measured.push(row)
        process.stdout.write(json ? `${JSON.stringify({ event: 'row', ...row })}\n` : `${lineOf(row)}\n`)
      }
    }
  } finally {
    await browser.close()
    await app.stop()
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  const out = join(root, 'out', 'bench')
  mkdirSync(out, { recursive: true })
  writeFileSync(join(out, 'app.json'), `${JSON.stringify({ rows: measured }, null, 2)}\n`)
  return measured.every(({ isMet }) => isMet) ? 0 : 1
}

const lineOf = ({ name, figures, unit, limit, isMet }: AppRow): string => {
  const said = Object.entries(figures).map(([key, value]) => `${key} ${value.toPrecision(3)} ${unit}`)
  return `${isMet ? 'met   ' : 'MISSED'} ${name}: ${said.join(', ')} (${limit})`
}
