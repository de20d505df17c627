import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type BrowserContext, type Page } from 'playwright-core'
import { inject } from 'vitest'

export interface Size {
  readonly width: number
  readonly height: number
}

interface ContextOptions {
  readonly size: Size
  readonly locale: string
  /** `file://` pages may load their own scripts only with this; Electron lets them without. */
  readonly fileAccess?: boolean
}

/** Quiet, offline, and the same on a desktop and as root in a container. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Starts a Chromium with a profile of its own, hands it over, and removes both. */
export async function withBrowser(
  options: ContextOptions,
  use: (context: BrowserContext) => Promise<void>,
): Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'slicetune-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: inject('chromiumPath'),
    headless: true,
    viewport: { ...options.size },
    locale: options.locale,
    args: options.fileAccess === true ? [...flags, '--allow-file-access-from-files'] : flags,
  })
  try {
    await use(context)
  } finally {
    await context.close()
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 })
  }
}

/**
 * Everything a page complains about from now on: errors and warnings in its console, uncaught errors, failed
 * requests. A request that the page itself gave up is none: leaving a page cuts off what was fetched beforehand.
 */
export function complaintsOf(page: Page): string[] {
  const complaints: string[] = []
  page.on('console', message => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text())
  })
  page.on('pageerror', error => complaints.push(String(error)))
  page.on('requestfailed', request => {
    const reason = request.failure()?.errorText ?? ''
    if (reason !== 'net::ERR_ABORTED') complaints.push(`${request.url()}: ${reason}`)
  })
  return complaints
}
